import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import type { DuckDBDataChunk } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { comparableValue } from '../../../../test/support/comparable-value.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { ValueType, type ValueTypeName } from '../../../common/model/value.js';
import { columnEncoder } from './column-encoder.js';
import { DuckdbSession } from './duckdb-session.js';
import { sourceFiles } from '../files/source-files.js';
import { openTable, type TableColumn } from './source-table.js';

/* What Feast stores for a column of each type that is declared as each other type: test/fixtures/offline-store. */

const FIXTURES = resolve('test/fixtures/offline-store');
const ROWS = 3;

interface Conversion {
  readonly type: string;
  /** Feast cannot read a file with such a column. */
  readonly unreadable?: string;
  readonly stored?: Readonly<Record<string, readonly string[]>>;
  readonly refused?: readonly string[];
}

const CONVERSIONS = JSON.parse(readFileSync(`${FIXTURES}/conversions.json`, 'utf8')) as Record<
  string,
  Conversion
>;

/** Where the bytes differ on purpose. */
const DIFFERENCES: readonly (readonly [why: string, columns: RegExp, types: RegExp])[] = [
  [
    'integers beside nulls stay integers',
    /^(u?int\d+|dictionary_int64).*_nulls?$/,
    /^(STRING|UNIX_TIMESTAMP|JSON|STRUCT)$/,
  ],
  ['integers beside nulls keep their digits', /^int64_beyond_float_null$/, /^INT64$/],
  ['integers in lists beside nulls stay integers', /^list_int64_null/, /^JSON_LIST$/],
  ['integers in structs stay integers', /^struct(_int_null|_mixed|_nested)?$/, /^(MAP|STRUCT|JSON)$/],
  ['null is null, not NaN', /^float64_nan$/, /^(JSON|STRUCT)$/],
  ['null is null, not NaN', /^list_float64_null$/, /^JSON_LIST$/],
  ['the text of a UUID is its text', /^uuid$/, /^STRING$/],
  ['times are printed with six digits', /^timestamp_(s|ms|ns_utc)/, /^STRING$/],
  [
    'nanoseconds of times with a zone are cut off toward zero',
    /^timestamp_ns_utc_fractions$/,
    /^UNIX_TIMESTAMP$/,
  ],
  ['times in lists are seconds, whatever their unit', /^list_timestamp_ns$/, /^UNIX_TIMESTAMP_LIST$/],
  ['times in a list from JSON are a list of times', /^binary_json$/, /^UNIX_TIMESTAMP_LIST$/],
  ['half floats are printed as floats', /^float16_whole$/, /^STRING$/],
  ['durations are numbers in parquet', /^duration/, /^(STRING|STRUCT)$/],
  ['maps are maps', /^map_string$/, /^STRUCT$/],
];

/** What Feast stores, but as nothing that anybody can have meant; or what cannot be told from the file. */
const REFUSALS: readonly (readonly [why: string, columns: RegExp, types: RegExp])[] = [
  [
    'a struct with a printed value in it',
    /^(?!struct|map|string|u?int|float64|bool$|bool_|duration|dictionary|null$)/,
    /^STRUCT$/,
  ],
  ['the names of the members of a struct', /^(struct|list_struct|map)/, /_(LIST|SET)$/],
  [
    'the characters of bytes, each as a value',
    /^(list_)?(large_|fixed_)?(binary|uuid)/,
    /^(JSON_LIST|VALUE_LIST|VALUE_SET)$/,
  ],
  ['a text column that happens to hold nulls alone', /^string_nulls$/, /./],
  ['a zoned time for nulls alone', /^int64_nulls$/, /^ZONED_TIMESTAMP$/],
  ['zero, which passes all checks', /zero_first$/, /^(UUID|TIME_UUID)$/],
  ['nanoseconds as numbers', /^(list_)?timestamp_ns/, /^(INT64|FLOAT|INT64_LIST)$/],
  ['numbers for null times', /^timestamp_us_nulls$/, /^(INT32|INT64|FLOAT)$/],
  ['booleans from JSON numbers', /^binary_json$/, /^BOOL_(LIST|SET)$/],
  ['decimals that DuckDB reads wrongly', /^decimal256$/, /./],
];

let session: DuckdbSession;
let chunk: DuckDBDataChunk;
let columns: ReadonlyMap<string, { readonly column: TableColumn; readonly index: number }>;

beforeAll(async () => {
  session = new DuckdbSession({ rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }] });
  const connection = await session.connect();
  const table = await openTable(connection, sourceFiles('conversions.parquet', FIXTURES));
  const names = table.columns.map(({ sql }) => sql).join(', ');
  const [first] = await (
    await connection.run(`SELECT ${names} FROM ${table.from} ORDER BY id`)
  ).fetchAllChunks();
  chunk = first!;
  columns = new Map(table.columns.map((column, index) => [column.name, { column, index }]));
});

afterAll(() => session.close());

/** The bytes of the three rows in hex, or why there are none. */
function convert(name: string, type: string): readonly string[] | { readonly reason: string } {
  const { column, index } = columns.get(name)!;
  const encode = columnEncoder(column.sourceType, ValueType[type as ValueTypeName]);
  if (encode === undefined) return { reason: 'misfit' };
  try {
    const cells = encode(chunk.getColumnVector(index), ROWS);
    return Array.from({ length: ROWS }, (_, row) => Buffer.from(cells.at(row)!).toString('hex'));
  } catch (error) {
    if (error instanceof ValueProblem) return { reason: error.reason };
    throw error;
  }
}

function comparable(hex: readonly string[]): string {
  return hex.map((bytes) => comparableValue(Buffer.from(bytes, 'hex'))).join(' ');
}

type Rule = readonly [why: string, columns: RegExp, types: RegExp];

function isListed(rules: readonly Rule[], name: string, type: string): boolean {
  return rules.some(([, columnNames, types]) => columnNames.test(name) && types.test(type));
}

const READABLE = Object.entries(CONVERSIONS).filter(([, { stored }]) => stored !== undefined);

describe.each(READABLE)('%s', (name, { stored }) => {
  it('is stored as Feast stores it, but for what is listed', () => {
    const unequal: string[] = [];
    for (const [type, expected] of Object.entries(stored!)) {
      const result = convert(name, type);
      const isEqual =
        Array.isArray(result) && comparable(result as readonly string[]) === comparable(expected);
      const rules = Array.isArray(result) ? DIFFERENCES : REFUSALS;
      if (!isEqual && !isListed(rules, name, type)) {
        unequal.push(`${type}: ${comparable(expected)}, not ${JSON.stringify(result)}`);
      }
    }
    expect(unequal).toEqual([]);
  });
});

it.each([...DIFFERENCES, ...REFUSALS])('still differs: %s', (_why, columnNames, types) => {
  const differing = READABLE.flatMap(([name, { stored }]) =>
    Object.entries(stored!).filter(([type, expected]) => {
      if (!columnNames.test(name) || !types.test(type)) return false;
      const result = convert(name, type);
      return !Array.isArray(result) || comparable(result as readonly string[]) !== comparable(expected);
    }),
  );
  expect(differing).not.toEqual([]);
});

describe('what Feast refuses, and has a plain meaning', () => {
  const ACCEPTED: readonly (readonly [column: string, type: ValueTypeName, expected: string])[] = [
    ['int32', 'DOUBLE', '5:1 5:0 5:-2147483648'],
    ['float32', 'DOUBLE', '5:1.5 5:-2.75 5:100'],
    ['int64_null', 'INT64', '4:1 null 4:9223372036854775807'],
    ['int64_null', 'BOOL', '7:true null 7:true'],
    ['list_int64', 'FLOAT_LIST', '16:[1, -2, 300] 16:[] null'],
    [
      'uuid',
      'UUID',
      '36:"12345678-1234-5678-1234-567812345678" null 36:"00000000-0000-1000-8000-00805f9b34fb"',
    ],
    ['map_string', 'MAP', '20:{a: 2:"x"} 20:{} null'],
    ['map_int64', 'MAP', '20:{a: 4:1} 20:{b: null} null'],
    ['map_int64', 'JSON', '32:"{\\"a\\": 1}" 32:"{\\"b\\": null}" null'],
    ['map_int_key', 'SCALAR_MAP', '47:[[4:1, 2:"x"]] 47:[] null'],
    ['list_struct', 'MAP_LIST', '21:[{a: 4:1, b: 2:"x"}] 21:[] null'],
    ['struct_date', 'STRUCT', '34:{d: 8:1772323200} null null'],
    [
      'timestamp_us_utc_null',
      'ZONED_TIMESTAMP',
      '48:{seconds: 1772359200, zone: "UTC"} null 48:{seconds: 0, zone: "UTC"}',
    ],
  ];

  it.each(ACCEPTED)('%s as %s', (name, type, expected) => {
    expect(CONVERSIONS[name]!.refused ?? [type]).toContain(type);
    expect(comparable(convert(name, type) as readonly string[])).toBe(expected);
  });
});

describe('what cannot be stored', () => {
  it.each([
    ['int64', 'INT32', 'does not fit 32 bits'],
    ['uint32', 'INT32', 'does not fit 32 bits'],
    ['uint64', 'INT64', 'does not fit 64 bits'],
    ['float64_beyond_int64', 'INT64', 'does not fit 64 bits'],
    ['float64_infinite', 'INT64', 'is not a finite number'],
    ['float64_huge', 'INT32', 'does not fit 32 bits'],
    ['string', 'INT64', 'is not an integer'],
    ['string_null', 'FLOAT', 'is not a number'],
    ['string_not_json', 'JSON', 'is not JSON text'],
    ['string', 'MAP', 'is not JSON text'],
    ['list_int64_null', 'INT64_LIST', 'holds a null, which a list of integers cannot'],
    ['list_uint64', 'INT64_LIST', 'does not fit 64 bits'],
    ['list_int64_beyond_float', 'INT32_LIST', 'does not fit 32 bits'],
    ['decimal_wide', 'INT64', 'does not fit 64 bits'],
    ['struct_binary', 'JSON', 'holds bytes, which JSON cannot'],
  ] as const)('%s as %s', (name, type, reason) => {
    expect(CONVERSIONS[name]!.refused ?? [type]).toContain(type);
    expect(convert(name, type)).toEqual({ reason: expect.stringContaining(reason) as string });
  });
});
