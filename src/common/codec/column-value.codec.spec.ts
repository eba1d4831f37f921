import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidValueError } from '../errors/errors.js';
import type { EntityColumn } from '../model/entity-column.js';
import type { JsonValue } from '../model/json-value.js';
import { ValueType, type FeatureMap, type FeatureValue, type ValueTypeName } from '../model/value.js';
import { arrowColumn, type ArrowType } from './arrow-column.js';
import { convertColumn } from './column-value.codec.js';
import { readJsonText } from './json-text-reader.js';
import { pandasColumn } from './pandas-column.js';
import { decodeValue, encodeValue } from './value.codec.js';

interface FrameVector {
  readonly declared: ValueTypeName;
  readonly json: string;
  readonly pandas_dtype: string;
  readonly arrow_type?: string;
  readonly values?: readonly { readonly base64: string }[];
  readonly error?: string;
  readonly unordered?: boolean;
}

const fixture = new URL('../../../test/fixtures/spec/value-input-vectors.json', import.meta.url);
const { dataframe } = JSON.parse(readFileSync(fixture, 'utf8')) as { dataframe: readonly FrameVector[] };
const good = dataframe.filter(({ error }) => error === undefined);
const bad = dataframe.filter(({ error }) => error !== undefined);

const TYPES = Object.keys(ValueType) as ValueTypeName[];

const valuesOf = (json: string): readonly JsonValue[] => readJsonText(json) as readonly JsonValue[];
const convert = (declared: ValueTypeName, json: string): EntityColumn =>
  convertColumn('q', ValueType[declared], valuesOf(json));

function encodedValues({ type, values }: EntityColumn): string[] {
  return values.map((value) =>
    Buffer.from(encodeValue(value === null ? null : { type, value })).toString('base64'),
  );
}

const meaning = (base64: string): unknown => sorted(decodeValue(Buffer.from(base64, 'base64')));

function failureOf(declared: ValueTypeName, json: string): InvalidValueError {
  try {
    convert(declared, json);
  } catch (error) {
    if (error instanceof InvalidValueError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** How many values were stored so that they can be read back. Anything but a typed error is thrown on. */
function storedCount(declared: ValueTypeName, json: string): number | string {
  try {
    return encodedValues(convert(declared, json)).map(meaning).length;
  } catch (error) {
    if (error instanceof InvalidValueError && error.issues?.length === 1) return 'refused';
    throw error;
  }
}

/** Map entries have no stable order in Python. */
function sorted(value: FeatureValue): unknown {
  if (!(value?.value instanceof Map)) return value;
  return Object.fromEntries([...(value.value as FeatureMap)].map(([key, member]) => [key, sorted(member)]));
}

function arrowText(type: ArrowType): string {
  if (type.kind === 'list') return `list<item: ${arrowText(type.item)}>`;
  if (type.kind !== 'struct') return type.kind;
  return `struct<${[...type.fields].map(([name, field]) => `${name}: ${arrowText(field)}`).join(', ')}>`;
}

describe('convertColumn', () => {
  it.each(good)('stores what Feast stores: $declared $json', ({ declared, json, values, unordered }) => {
    const expected = values!.map(({ base64 }) => base64);
    const actual = encodedValues(convert(declared, json));
    const comparable = (texts: readonly string[]) => (unordered === true ? texts.map(meaning) : texts);
    expect(comparable(actual)).toEqual(comparable(expected));
  });

  it.each(bad)('refuses what Feast fails on: $declared $json', ({ declared, json }) => {
    const { message, issues } = failureOf(declared, json);
    expect(issues).toHaveLength(1);
    expect(issues![0]).toMatchObject({ msg: message });
    expect(issues![0]!.loc.slice(0, 3)).toEqual(['body', 'df', 'q']);
  });

  it('names the value, the row, the column and its type', () => {
    expect(failureOf('INT64', '["1", null, "abc"]')).toMatchObject({
      message: 'q[2]: "abc" is not an integer: the column q is INT64',
      issues: [{ type: 'int_parsing', loc: ['body', 'df', 'q', 2], input: 'abc' }],
    });
  });

  it('says why an integer became a float', () => {
    expect(failureOf('BOOL', '[1, null]').message).toBe(
      'q[0]: 1 is neither a boolean nor an integer: the column q is BOOL ' +
        '(a null or a fraction anywhere in a column makes all its integers floats)',
    );
  });

  it('passes plain columns through as they are', () => {
    const values = valuesOf('[1, 2]');
    expect(convertColumn('q', ValueType.INT64, values).values).toBe(values);
  });

  it.each<[ValueTypeName, string, unknown]>([
    ['INT64', '[]', []],
    ['INT64', '[{"a": [{"b": 1}]}]', [null]],
    ['STRING', '[[{"a": [{"b": 1}]}]]', [null]],
    // Arrow looks no further than the first boolean of a list, and floats decide wherever one is seen.
    ['DOUBLE', '[1.5, true]', [1.5, 1]],
    ['DOUBLE', '[1, 1.5, true, 2]', [1, 1.5, 1, 2]],
    ['DOUBLE_LIST', '[[true], [1.5, false]]', [[1], [1.5, 0]]],
    ['STRUCT_LIST', '[[{"k": true}, {"k": 1.5}]]', [[{ k: 1 }, { k: 1.5 }].map(mapOfDoubles)]],
    // A null in any list of the column makes the integers of all lists floats.
    ['VALUE_LIST', '[[[1]], [[2, null]]]', [[[1]], [[2, NaN]]].map(listsOfDoubles)],
    ['DOUBLE_LIST', '[[1, 2.5], [3]]', [[1, 2.5], [3]]],
    ['DOUBLE_LIST', '[[NaN]]', [[0]]],
    ['STRING', '["a", NaN]', ['a', null]],
    ['JSON', '[true, null]', ['true', null]],
    ['JSON', '[{"b": 1, "a": {"c": null}}]', ['{"b": 1, "a": {"c": null}}']],
    ['JSON_LIST', '[[1, null], [2]]', [['1.0', 'NaN'], ['2.0']]],
    ['DECIMAL', '[0, 1]', ['0', '1']],
    ['BOOL_LIST', '[[true, null]]', [[true, false]]],
  ])('goes through pandas and Arrow: %s %s', (declared, json, expected) => {
    expect(convert(declared, json).values).toEqual(expected);
  });

  it.each<[ValueTypeName, string, number]>([
    ['INT64_LIST', '[[1], [2, null]]', 0],
    ['INT64_LIST', '[[1], ["a"]]', 1],
    ['MAP', '[{"a": 1}, {"a": "x"}]', 1],
    ['MAP', '[{"a": 1}, {"a": true}]', 1],
    ['DOUBLE', '[true, 1.5]', 1],
    ['DOUBLE', '[1, true, 1.5]', 1],
    ['DOUBLE_LIST', '[[true, 1.5]]', 0],
    ['MAP', '[null, {"a": [{"b": 1}]}]', 1],
    ['STRING', '["a", "\\ud800"]', 1],
    ['DOUBLE', '[1, 9223372036854775808]', 0],
    ['INT64', '[-1, 9223372036854775808]', 1],
    ['DOUBLE_LIST', '[[1.5], [9007199254740993]]', 1],
    ['JSON', '[{"a": [1]}]', 0],
    ['JSON_LIST', '[[true]]', 0],
    ['STRUCT', '[[1]]', 0],
  ])('refuses %s %s at row %d', (declared, json, row) => {
    expect(failureOf(declared, json).issues![0]!.loc).toEqual(['body', 'df', 'q', row]);
  });

  it('refuses objects whose keys would multiply', () => {
    const objects = Array.from({ length: 20_000 }, (_, i) => `{"k${i}": 1}`).join();
    expect(failureOf('MAP', `[${objects}]`).message).toMatch(/too many keys/);
  });

  it('answers every column with storable values or a typed error', () => {
    const value = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('NaN', '1e400', '1.0', '"1"', '99999999999999999999'),
    );
    const column = fc.oneof(
      fc.array(value, { maxLength: 5 }),
      value.map((text) => [text, 'null', text]),
    );
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), column, (declared, texts) => {
        expect([texts.length, 'refused']).toContain(storedCount(declared, `[${texts.join()}]`));
      }),
      { numRuns: 1000 },
    );
  });
});

describe('pandasColumn', () => {
  it.each(dataframe)('has the dtype of pandas: $json', ({ json, pandas_dtype }) => {
    expect(pandasColumn(valuesOf(json)).type).toBe(pandas_dtype);
  });
});

describe('arrowColumn', () => {
  const inferred = dataframe.filter(
    ({ pandas_dtype, arrow_type }) => pandas_dtype === 'object' && arrow_type !== undefined,
  );

  it.each(inferred)('has the type of Arrow: $json', ({ json, arrow_type }) => {
    expect(arrowText(arrowColumn(valuesOf(json)).type)).toBe(arrow_type);
  });
});

function mapOfDoubles(object: Readonly<Record<string, number>>): FeatureMap {
  const members = Object.entries(object).map(([key, value]): [string, FeatureValue] => [
    key,
    { type: ValueType.DOUBLE, value },
  ]);
  return new Map(members);
}

function listsOfDoubles(lists: readonly (readonly number[])[]): FeatureValue[] {
  return lists.map((value) => ({ type: ValueType.DOUBLE_LIST, value }));
}
