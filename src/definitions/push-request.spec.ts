import { describe, expect, it } from 'vitest';
import { convertColumn } from '../common/codec/column-value.codec.js';
import { parseJsonDocument } from '../common/codec/json-document.codec.js';
import type { JsonObject, JsonValue } from '../common/model/json-value.js';
import { ValueType, type ValueTypeName } from '../common/model/value.js';
import * as salver from './index.js';

const { entity, featureView, fileSource, int64, list, pushRequest, pushSource, set, string, struct } = salver;

const BIG = 9_007_199_254_740_993n;
const TIME = new Date('2026-01-02T03:04:05.678Z');
const SECONDS = 1_767_323_045;
const ID = '9f0f3e0a-7a0c-4a6e-8a3c-1d2e3f405162';

const cell = (type: ValueTypeName, value: unknown): object => ({ type: ValueType[type], value });

/** A type, a value of it, and what is stored of it: see `FeatureValue`. */
const VALUES = {
  whole: [salver.int32, 7, 'INT32', 7],
  wide: [int64, BIG, 'INT64', BIG],
  single: [salver.float32, 2, 'FLOAT', 2],
  double: [salver.float64, -0, 'DOUBLE', -0],
  tiny: [salver.float64, 1e-7, 'DOUBLE', 1e-7],
  huge: [salver.float64, 1e21, 'DOUBLE', 1e21],
  text: [string, 'é "q"\n', 'STRING', 'é "q"\n'],
  digits: [string, '12', 'STRING', '12'],
  flag: [salver.bool, false, 'BOOL', false],
  time: [salver.unixTimestamp, TIME, 'UNIX_TIMESTAMP', SECONDS],
  id: [salver.uuid, ID, 'UUID', ID],
  time_id: [salver.timeUuid, ID, 'TIME_UUID', ID],
  price: [salver.decimal, '1.10', 'DECIMAL', '1.10'],
  document: [salver.json, { a: [1, null] }, 'JSON', '{"a":[1,null]}'],
  document_text: [salver.json, 'x', 'JSON', '"x"'],
  extras: [
    salver.map,
    { a: 1, b: 'x', c: BIG },
    'MAP',
    new Map([
      ['a', cell('INT64', 1)],
      ['b', cell('STRING', 'x')],
      ['c', cell('INT64', BIG)],
    ]),
  ],
  address: [
    struct({ street: string, rate: salver.float64 }),
    { street: 's', rate: 2 },
    'STRUCT',
    new Map([
      ['street', cell('STRING', 's')],
      ['rate', cell('DOUBLE', 2)],
    ]),
  ],
  wholes: [list(int64), [1, 2n], 'INT64_LIST', [1, 2]],
  doubles: [list(salver.float64), [1, 2], 'DOUBLE_LIST', [1, 2]],
  singles: [list(salver.float32), [1, 2], 'FLOAT_LIST', [1, 2]],
  texts: [list(string), [], 'STRING_LIST', []],
  times: [list(salver.unixTimestamp), [TIME], 'UNIX_TIMESTAMP_LIST', [SECONDS]],
  documents: [list(salver.json), [{ a: 1 }, 'x'], 'JSON_LIST', ['{"a":1}', '"x"']],
  maps: [list(salver.map), [{ a: 1 }], 'MAP_LIST', [new Map([['a', cell('INT64', 1)]])]],
  structs: [
    list(struct({ r: salver.float64 })),
    [{ r: 1 }],
    'STRUCT_LIST',
    [new Map([['r', cell('DOUBLE', 1)]])],
  ],
  words: [set(string), new Set(['b']), 'STRING_SET', ['b']],
  matrix: [
    list(list(salver.float64)),
    [[1], [2.5]],
    'VALUE_LIST',
    [cell('DOUBLE_LIST', [1]), cell('DOUBLE_LIST', [2.5])],
  ],
} as const satisfies Record<string, readonly [salver.FieldType, unknown, ValueTypeName, unknown]>;

const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
const source = pushSource({
  name: 'pushed "rows"',
  batchSource: fileSource({
    path: 'rows.parquet',
    timestampField: 'at',
    createdTimestampColumn: 'made',
    fieldMapping: { raw_text: 'text' },
  }),
});
const schema = Object.fromEntries(Object.entries(VALUES).map(([name, [type]]) => [name, type]));
const view = featureView({ name: 'all', entities: [driver], schema, source });

const row = (features: (name: keyof typeof VALUES) => unknown): never =>
  ({
    driver_id: 7,
    at: TIME,
    made: TIME,
    ...Object.fromEntries(Object.keys(VALUES).map((name) => [name, features(name as keyof typeof VALUES)])),
  }) as never;
const valued = row((name) => VALUES[name][1]);
const empty = row(() => null);

function columnsOf(rows: readonly never[]): ReadonlyMap<string, readonly JsonValue[]> {
  const text = pushRequest(view, rows, { to: 'online' });
  const body = parseJsonDocument(Buffer.from(text)) as JsonObject;
  return body.get('df') as unknown as ReadonlyMap<string, readonly JsonValue[]>;
}

describe('the body of a push', () => {
  it('names the push source, the target and the columns of the batch source', () => {
    const text = pushRequest(view, [valued], { to: 'online_and_offline' });
    const body = parseJsonDocument(Buffer.from(text)) as JsonObject;
    expect([...body.keys()]).toEqual(['push_source_name', 'df', 'to']);
    expect(body.get('push_source_name')).toBe('pushed "rows"');
    expect(body.get('to')).toBe('online_and_offline');
    const columns = columnsOf([valued]);
    expect(columns.has('text')).toBe(false);
    expect(columns.get('raw_text')).toEqual(['é "q"\n']);
    expect(columns.get('driver_id')).toEqual([7]);
    expect(columns.get('at')).toEqual(['2026-01-02T03:04:05.678Z']);
    expect(columns.get('made')).toEqual(['2026-01-02T03:04:05.678Z']);
  });

  it.each(Object.entries(VALUES))(
    'stores %s as it is meant, beside a null too',
    (name, [, , type, stored]) => {
      const column = name === 'text' ? 'raw_text' : name;
      for (const rows of [[valued], [valued, empty], [empty, valued]]) {
        const values = columnsOf(rows).get(column) ?? [];
        const { values: kept } = convertColumn(column, ValueType[type], values);
        expect(kept).toEqual(rows.map((one) => (one === valued ? stored : null)));
      }
    },
  );

  it('takes missing features for null, and no rows', () => {
    const bare = { driver_id: 1n, at: TIME, made: TIME } as never;
    expect(columnsOf([bare]).get('whole')).toEqual([null]);
    expect(columnsOf([]).get('driver_id')).toEqual([]);
  });

  it.each([
    ['no key', { driver_id: null }, "Row 1 has no 'driver_id', which every row of a push needs"],
    ['no time', { at: undefined }, "Row 1 has no 'at', which every row of a push needs"],
    ['a time that is none', { at: 'now' }, `The column 'at': expected a Date, got "now"`],
    [
      'a time that cannot be',
      { at: new Date('no') },
      "The column 'at': expected a Date, got one that is not a time",
    ],
    ['a fraction', { wide: 1.5 }, "The column 'wide': expected a whole number, got 1.5"],
    ['a text for a number', { double: '1' }, `The column 'double': expected a number, got "1"`],
    ['a number for a text', { digits: 12 }, "The column 'digits': expected a text, got 12"],
    ['a text for a flag', { flag: 'yes' }, `The column 'flag': expected true or false, got "yes"`],
    ['no list', { wholes: 1 }, "The column 'wholes': expected a list, got 1"],
    ['no object', { address: 's' }, `The column 'address': expected an object, got "s"`],
  ])('refuses a row with %s', (_why, change, message) => {
    const rows = [valued, { ...(valued as object), ...change } as never];
    expect(() => pushRequest(view, rows, { to: 'online' })).toThrow(new TypeError(message));
  });

  it('refuses what JSON cannot carry, and a view that is not pushed to', () => {
    const bytes = featureView({ name: 'b', schema: { raw: salver.bytes }, source });
    const rows = [{ raw: new Uint8Array(), at: TIME, made: TIME }] as never[];
    expect(() => pushRequest(bytes, rows, { to: 'online' })).toThrow(
      "The column 'raw': JSON cannot carry such a value: push null, or materialize it from a file",
    );
    const unfed = featureView({ name: 'unfed', schema: { a: int64 } });
    expect(() => pushRequest(unfed as never, [], { to: 'online' })).toThrow(
      "The view 'unfed' has no push source: give it one as its source",
    );
  });
});
