import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidValueError } from '../errors/errors.js';
import type { EntityColumn } from '../model/entity-column.js';
import type { JsonValue } from '../model/json-value.js';
import { ValueType, type FeatureMap, type FeatureValue, type ValueTypeName } from '../model/value.js';
import { convertEntityColumn } from './entity-value.codec.js';
import { readJsonText } from './json-text-reader.js';
import { decodeValue, encodeValue } from './value.codec.js';

interface InputVector {
  readonly declared: ValueTypeName;
  readonly json: string;
  readonly values?: readonly { readonly base64: string }[];
  readonly error?: string;
  readonly unordered?: boolean;
}

const fixture = new URL('../../../test/fixtures/spec/value-input-vectors.json', import.meta.url);
const { entity } = JSON.parse(readFileSync(fixture, 'utf8')) as { entity: readonly InputVector[] };
const good = entity.filter(({ error }) => error === undefined);
const bad = entity.filter(({ error }) => error !== undefined);

const TYPES = Object.keys(ValueType) as ValueTypeName[];

function convert(declared: ValueTypeName, json: string): EntityColumn {
  return convertEntityColumn('driver_id', ValueType[declared], readJsonText(json) as readonly JsonValue[]);
}

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

/** Map entries and set members have no stable order in Python. */
function sorted(value: FeatureValue): unknown {
  if (value === null) return null;
  if (value.value instanceof Map) {
    const entries = [...(value.value as FeatureMap)].map(([key, member]) => [key, sorted(member)] as const);
    return [value.type, Object.fromEntries(entries)];
  }
  return [value.type, Array.isArray(value.value) ? value.value.map(String).toSorted() : value.value];
}

describe('convertEntityColumn', () => {
  it.each(good)('stores what Feast stores: $declared $json', ({ declared, json, values, unordered }) => {
    const expected = values!.map(({ base64 }) => base64);
    const actual = encodedValues(convert(declared, json));
    const comparable = (texts: readonly string[]) => (unordered === true ? texts.map(meaning) : texts);
    expect(comparable(actual)).toEqual(comparable(expected));
  });

  it.each(bad)('refuses what Feast fails on: $declared $json', ({ declared, json }) => {
    const { message, issues } = failureOf(declared, json);
    expect(issues).toHaveLength(1);
    expect(issues![0]!.msg).toBe(message);
    expect(issues![0]!.loc.slice(0, 3)).toEqual(['body', 'entities', 'driver_id']);
    expect(issues![0]!.loc[3]).toBeTypeOf('number');
  });

  it('names the value, the row, the column and its type', () => {
    expect(failureOf('INT64', '[1, 2, 3, "abc"]')).toMatchObject({
      message: 'driver_id[3]: "abc" is not an integer: the join key driver_id is INT64',
      issues: [{ type: 'int_parsing', loc: ['body', 'entities', 'driver_id', 3], input: 'abc' }],
    });
    expect(failureOf('UNKNOWN', '[null, 1, "a"]').message).toBe(
      'driver_id[2]: "a" is not an integer: the type of driver_id is the one of its first value',
    );
  });

  it('cuts what it shows of a huge value', () => {
    expect(failureOf('INT64', `["${'x'.repeat(100_000)}"]`).message.length).toBeLessThan(200);
    expect(JSON.stringify(failureOf('INT64', `["${'x'.repeat(100_000)}"]`).issues).length).toBeLessThan(
      20_000,
    );
  });

  it.each<[ValueTypeName, string]>([
    ['INT64', '[1, -2, 9007199254740991]'],
    ['INT32', '[1, -2147483648]'],
    ['STRING', '["a", "é😀"]'],
    ['UNKNOWN', '["a"]'],
  ])('passes plain %s through as they are', (declared, json) => {
    const values = readJsonText(json) as readonly JsonValue[];
    expect(convertEntityColumn('x', ValueType[declared], values).values).toBe(values);
  });

  it('tells the inferred type', () => {
    expect(convert('UNKNOWN', '[null, 1.0]').type).toBe(ValueType.DOUBLE);
    expect(convert('UNKNOWN', '[null, null]')).toEqual({ type: ValueType.UNKNOWN, values: [null, null] });
    expect(convert('UNKNOWN', '[]').type).toBe(ValueType.UNKNOWN);
  });

  it.each<[ValueTypeName, string]>([
    ['MAP', `[${'{"a":'.repeat(40)}1${'}'.repeat(40)}]`],
    ['VALUE_LIST', `[${'['.repeat(40)}1${']'.repeat(40)}]`],
    ['MAP', `[${JSON.stringify('['.repeat(100_000))}]`],
    ['MAP', '[{"\\ud800": 1}]'],
    ['STRING_SET', '[["a", null]]'],
    ['INT64_SET', '[[[1]]]'],
    ['NULL', '[1]'],
    ['FLOAT', `[${'9'.repeat(400)}]`],
  ])('refuses %s that cannot be stored or read back', (declared, json) => {
    expect(failureOf(declared, json).issues).toHaveLength(1);
  });

  it.each<[ValueTypeName, string, unknown]>([
    ['UUID', '["a", 1, true]', ['a', '1', 'True']],
    ['DECIMAL', '[0.0, 2.50]', ['0.0', '2.5']],
    ['BOOL_LIST', '[[true], [0, "", "x", null, []]]', [[true], [false, false, true, false, false]]],
    ['INT64_LIST', '[[1], [true]]', [[1], [1]]],
    ['DOUBLE_LIST', '[[1.5], [2, true]]', [[1.5], [2, 1]]],
    ['STRING_LIST', '[{"k": 1}]', [['k']]],
    ['DECIMAL_LIST', '[["1"], [2, 1.0, [null, "x"]]]', [['1'], ['2', '1.0', "[None, 'x']"]]],
    ['UNIX_TIMESTAMP_LIST', '[[1], ["2", 1.5]]', [[1], [2, -(2n ** 63n)]]],
    ['INT64_SET', '[[1, true, 1.0]]', [[1]]],
    ['JSON', '["NaN", [1.0, {"a": null}]]', ['NaN', '[1.0, {"a": null}]']],
    ['STRUCT', '[[1, "a"], "null"]', ["[1, 'a']", 'None'].map(wrapped)],
  ])('takes later values as Python does: %s %s', (declared, json, expected) => {
    expect(convert(declared, json).values).toEqual(expected);
  });

  it('answers every column with storable values or a typed error', () => {
    const value = fc.oneof(
      fc.json({ maxDepth: 3 }),
      fc.constantFrom('NaN', '1e400', '1.0', '"1.5"', '99999999999999999999'),
    );
    fc.assert(
      fc.property(fc.constantFrom(...TYPES), fc.array(value, { maxLength: 5 }), (declared, texts) => {
        expect([texts.length, 'refused']).toContain(storedCount(declared, `[${texts.join()}]`));
      }),
      { numRuns: 1000 },
    );
  });
});

function wrapped(text: string): FeatureMap {
  return new Map([['_value', { type: ValueType.STRING, value: text }]]);
}
