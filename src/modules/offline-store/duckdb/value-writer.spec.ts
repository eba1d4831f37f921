import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { encodeValue } from '../../../common/codec/value.codec.js';
import { ValueType, type ValueTypeName } from '../../../common/model/value.js';
import { cellConversion, nullPayload } from '../cell-conversion.js';
import { columnEncoder } from './column-encoder.js';
import { cellOf } from './duckdb-cell.js';
import { DuckdbSession } from './duckdb-session.js';
import { sourceTypeOf } from './duckdb-type.js';
import { valueWriter } from './value-writer.js';

/* The writers for common pairs write what the general way writes, which is compared with Feast in conversions.spec.ts. */

const session = new DuckdbSession({ rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }] });
let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await session.connect();
});

afterAll(() => session.close());

const INTEGERS = [
  '0',
  '1',
  '-1',
  '127',
  '128',
  '255',
  '300',
  '-300',
  '65535',
  '2147483647',
  '-2147483648',
  '4294967295',
];
const WIDE = [
  '4294967296',
  '-4294967297',
  '9007199254740991',
  '9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
];
const FLOATS = [
  '0',
  '-0.0',
  '1.5',
  '0.1',
  '-2.75',
  '1e-30',
  '3e38',
  'nan',
  'inf',
  '-inf',
  '1e300',
  '16777217',
];
const TIMES = [
  '1970-01-01',
  '1969-12-31 23:59:59.999999',
  '2026-03-01 10:00:00.5',
  '1900-01-01 00:00:00',
  '2200-01-01',
];
const TEXTS = [
  '',
  'a',
  'twelve_bytes',
  'thirteen_byte',
  'zażółć 🙂',
  'a text that is longer than twelve bytes, and than a few more',
  "it''s",
];
const LISTS = ['[1, 2, 3]', '[]', '[NULL]', '[300, NULL, -1]', '[-2147483648, 2147483647]'];

const COLUMNS: readonly (readonly [
  sqlType: string,
  literals: readonly string[],
  declared: readonly ValueTypeName[],
])[] = [
  ['TINYINT', ['0', '1', '-1', '127', '-128'], ['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'UNIX_TIMESTAMP']],
  ['USMALLINT', ['0', '300', '65535'], ['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'UNIX_TIMESTAMP']],
  ['INTEGER', INTEGERS.slice(0, -1), ['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'UNIX_TIMESTAMP']],
  ['UINTEGER', ['0', '2147483648', '4294967295'], ['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'UNIX_TIMESTAMP']],
  ['BIGINT', [...INTEGERS, ...WIDE], ['INT32', 'INT64', 'FLOAT', 'DOUBLE', 'UNIX_TIMESTAMP']],
  ['UBIGINT', ['0', '9223372036854775807', '18446744073709551615'], ['INT32', 'INT64', 'FLOAT', 'DOUBLE']],
  ['FLOAT', FLOATS.filter((text) => text !== '1e300'), ['FLOAT', 'DOUBLE']],
  ['DOUBLE', FLOATS, ['FLOAT', 'DOUBLE']],
  ['BOOLEAN', ['true', 'false'], ['BOOL']],
  ['VARCHAR', TEXTS, ['STRING', 'UUID', 'TIME_UUID', 'DECIMAL']],
  ['TIMESTAMP', TIMES, ['UNIX_TIMESTAMP']],
  ['TIMESTAMPTZ', TIMES, ['UNIX_TIMESTAMP']],
  ['TIMESTAMP_NS', TIMES, ['UNIX_TIMESTAMP']],
  ['DATE', ['1970-01-01', '1969-12-31', '2026-03-01', '9999-12-31'], ['UNIX_TIMESTAMP']],
  ['INTEGER[]', LISTS, ['INT32_LIST', 'INT64_LIST', 'FLOAT_LIST', 'DOUBLE_LIST']],
  [
    'BIGINT[]',
    [...LISTS, '[9223372036854775807, -9007199254740993]'],
    ['INT32_LIST', 'INT64_LIST', 'DOUBLE_LIST'],
  ],
  ['FLOAT[]', [...LISTS, '[nan, 0.1]'], ['FLOAT_LIST', 'DOUBLE_LIST']],
  ['DOUBLE[]', [...LISTS, '[-inf, 0.1, 1e300]'], ['FLOAT_LIST', 'DOUBLE_LIST']],
];

const PAIRS = COLUMNS.flatMap(([sqlType, literals, declared]) =>
  declared.map((name) => ({ sqlType, literals, name })),
);

/** The bytes in hex, or that there are none. */
function attempt(encode: () => Uint8Array): string {
  try {
    return Buffer.from(encode()).toString('hex');
  } catch (error) {
    return `refused: ${(error as Error).name}`;
  }
}

describe.each(PAIRS)('$sqlType as $name', ({ sqlType, literals, name }) => {
  it('is written as the general way writes it', async () => {
    const declared = ValueType[name];
    let compared = 0;
    // Each value stands alone behind enough others that the bits for null fill more than one word.
    for (const literal of [...literals, 'NULL']) {
      const value = literal === 'NULL' ? 'NULL' : `'${literal}'`;
      const result = await connection.run(
        `SELECT CASE WHEN i = 70 THEN ${value}::${sqlType} WHEN i % 3 = 0 THEN NULL ELSE ${asDefault(sqlType)} END FROM range(71) t(i) ORDER BY i`,
      );
      const chunk = (await result.fetchAllChunks())[0]!;
      const type = sourceTypeOf(result.columnType(0));
      expect(valueWriter(type, declared)).toBeDefined();
      const vector = chunk.getColumnVector(0);
      const convert = cellConversion(type, declared)!;
      const general = attempt(() => {
        const item = vector.getItem(70);
        const payload = item === null ? nullPayload(type, declared) : convert(cellOf(type, item));
        return payload === null ? new Uint8Array(0) : encodeValue({ type: declared, value: payload });
      });
      expect(`${literal} ${attempt(() => columnEncoder(type, declared)!(vector, 71).at(70)!)}`).toBe(
        `${literal} ${general}`,
      );
      compared++;
    }
    expect(compared).toBe(literals.length + 1);
  });
});

function asDefault(sqlType: string): string {
  if (sqlType.endsWith('[]')) return `[1, 2]::${sqlType}`;
  if (sqlType.startsWith('TIME') || sqlType === 'DATE') return `'2026-01-01'::${sqlType}`;
  return sqlType === 'VARCHAR' ? "'text'" : `1::${sqlType}`;
}
