import { join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';
import fc from 'fast-check';
import { parquetReadObjects } from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entry } from '../../../../test/support/offline-rows.js';
import { fileSource } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import type { JsonValue } from '../../../common/model/json-value.js';
import { createOfflineStoreWriter } from '../offline-store-writer-factory.js';

/* Columns of any type, nested as deep as one likes: old rows and new ones come back from two other readers. */

interface ColumnCase {
  /** In DuckDB's SQL. */
  readonly type: string;
  /** A value as a request brings it, and as SQL. */
  readonly value: fc.Arbitrary<{ readonly json: JsonValue; readonly sql: string }>;
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const scalars: readonly ColumnCase[] = [
  {
    type: 'BIGINT',
    value: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((n) => ({ json: n, sql: `${n}` })),
  },
  { type: 'UTINYINT', value: fc.nat(255).map((n) => ({ json: n, sql: `${n}` })) },
  { type: 'INTEGER', value: fc.integer().map((n) => ({ json: n, sql: `${n}` })) },
  { type: 'BOOLEAN', value: fc.boolean().map((b) => ({ json: b, sql: `${b}` })) },
  { type: 'DOUBLE', value: fc.integer().map((n) => ({ json: n, sql: `${n}::DOUBLE` })) },
  {
    type: 'VARCHAR',
    value: fc
      .string({ unit: 'grapheme' })
      .filter((t) => !t.includes('\0'))
      .map((t) => ({ json: t, sql: quoted(t) })),
  },
  {
    type: 'DECIMAL(12,3)',
    value: fc
      .integer({ min: -999_999_999, max: 999_999_999 })
      .map((n) => ({ json: `${n / 1000}`, sql: `${n / 1000}` })),
  },
  {
    type: 'TIMESTAMP',
    value: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((d) => {
      const text = d.toISOString().slice(0, -1);
      return { json: text, sql: quoted(text) };
    }),
  },
  {
    type: 'DATE',
    value: fc.date({ min: new Date(0), max: new Date(4e12), noInvalidDate: true }).map((d) => {
      const text = d.toISOString().slice(0, 10);
      return { json: text, sql: quoted(text) };
    }),
  },
];

const NOTHING = { json: null, sql: 'NULL' } as const;
const orNothing = (value: ColumnCase['value']): ColumnCase['value'] =>
  fc.oneof({ weight: 4, arbitrary: value }, fc.constant(NOTHING));

function listOf({ type, value }: ColumnCase): ColumnCase {
  const items = fc.array(orNothing(value), { maxLength: 4 });
  return {
    type: `${type}[]`,
    value: items.map((list) => ({
      json: list.map(({ json }) => json),
      sql: `[${list.map(({ sql }) => sql).join(', ')}]`,
    })),
  };
}

function structOf(fields: readonly ColumnCase[]): ColumnCase {
  const values = fc.tuple(...fields.map(({ value }) => orNothing(value)));
  return {
    type: `STRUCT(${fields.map(({ type }, i) => `f${i} ${type}`).join(', ')})`,
    value: values.map((list) => ({
      json: new Map(list.map(({ json }, i) => [`f${i}`, json])),
      sql: `{${list.map(({ sql }, i) => `'f${i}': ${sql}`).join(', ')}}`,
    })),
  };
}

function mapOf({ type, value }: ColumnCase): ColumnCase {
  const pairs = fc.uniqueArray(fc.tuple(fc.stringMatching(/^[a-z]{1,3}$/), orNothing(value)), {
    maxLength: 3,
    selector: ([key]) => key,
  });
  return {
    type: `MAP(VARCHAR, ${type})`,
    value: pairs.map((list) => ({
      json: new Map(list.map(([key, { json }]) => [key, json])),
      sql: `MAP {${list.map(([key, { sql }]) => `${quoted(key)}: ${sql}`).join(', ')}}`,
    })),
  };
}

const columnCase: fc.Arbitrary<ColumnCase> = fc.letrec<{ column: ColumnCase }>((tie) => ({
  column: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(...scalars),
    tie('column').map(listOf),
    fc.array(tie('column'), { minLength: 1, maxLength: 3 }).map(structOf),
    tie('column').map(mapOf),
  ),
})).column;

const table = fc.array(columnCase, { minLength: 1, maxLength: 4 }).chain((columns) => {
  const row = fc.tuple(...columns.map(({ value }) => orNothing(value)));
  return fc.record({
    columns: fc.constant(columns),
    old: fc.array(row, { maxLength: 6 }),
    // Several appends of several rows.
    added: fc.array(fc.array(row, { minLength: 1, maxLength: 5 }), { minLength: 1, maxLength: 3 }),
    codec: fc.constantFrom('snappy', 'gzip', 'zstd', 'uncompressed', 'brotli', 'lz4_raw'),
  });
});

type Row = readonly { readonly json: JsonValue; readonly sql: string }[];

const folder = new ParquetFolder();
const writer = createOfflineStoreWriter({ type: 'file' }, folder.path, { integerTimestamps: 'refuse' });
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
  folder.remove();
});

function select(columns: readonly ColumnCase[], rows: readonly Row[]): string {
  const one = (row: Row, i: number): string =>
    `SELECT ${i} AS n, ${row.map(({ sql }, c) => `(${sql})::${columns[c]!.type} AS c${c}`).join(', ')}`;
  const nothing = `SELECT 0 AS n, ${columns.map(({ type }, c) => `NULL::${type} AS c${c}`).join(', ')} WHERE false`;
  return rows.length === 0 ? nothing : rows.map(one).join(' UNION ALL ');
}

async function asText(query: string, columns: readonly ColumnCase[]): Promise<unknown[][]> {
  const texts = columns.map((_, c) => `c${c}::TEXT`).join(', ');
  return (await connection.runAndReadAll(`SELECT ${texts} FROM (${query}) ORDER BY n`)).getRowsJson();
}

let next = 0;

describe('rows of any columns', () => {
  it('are there behind the old ones, for every reader', async () => {
    await fc.assert(
      fc.asyncProperty(table, async ({ columns, old, added, codec }) => {
        const name = `t${next++}.parquet`;
        await folder.write(name, select(columns, old), `, COMPRESSION ${codec}`);
        let n = old.length;
        for (const rows of added) {
          const cells = columns.map((_, c) => [`c${c}`, rows.map((row) => row[c]!.json)] as const);
          const given = entry({ n: rows.map(() => n++), ...Object.fromEntries(cells) });
          expect(await writer.append(fileSource(name), [given])).toEqual([]);
        }
        const path = join(folder.path, name);
        const expected = select(columns, [...old, ...added.flat()]);
        expect(await asText(`FROM '${path}'`, columns)).toEqual(await asText(expected, columns));
        const file = new Uint8Array(readFileSync(path)).buffer;
        const theirs = await parquetReadObjects({ file, compressors });
        expect(theirs.map((row) => Number(row['n']))).toEqual(Array.from({ length: n }, (_, i) => i));
      }),
      { numRuns: 40 },
    );
  });
});
