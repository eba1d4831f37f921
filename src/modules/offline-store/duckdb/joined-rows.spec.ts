import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, fileSource } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { decodeEntityKey } from '../../../common/codec/entity-key.codec.js';
import { decodeValue } from '../../../common/codec/value.codec.js';
import type { DataSource } from '../../../common/model/data-source.js';
import type { Field } from '../../../common/model/feature-view.js';
import type { JoinedRowsScan, JoinedSource } from '../offline-store.js';
import { DuckdbOfflineStore } from './duckdb-offline-store.js';

const folder = new ParquetFolder();
const store = new DuckdbOfflineStore(folder.path, {
  rooms: [{ memoryLimitBytes: 256 * 2 ** 20, threads: 1 }],
});

afterAll(async () => {
  await store.close();
  folder.remove();
});

const ID = field('id', 'INT64');
const HOUR = 3_600_000_000;
const DAY_1 = Date.UTC(2026, 0, 1) * 1000;
const at = (hour: number, type = 'TIMESTAMPTZ'): string => `${type} '2026-01-01 ${hour}:00:00'`;

function part(uri: string, features: readonly Field[], given: Partial<JoinedSource> = {}): JoinedSource {
  return { source: fileSource(uri), joinKeys: [ID], keyNames: new Map(), features, ttlMs: 0, ...given };
}

function scanOf(sources: readonly JoinedSource[], given: Partial<JoinedRowsScan> = {}): JoinedRowsScan {
  return {
    joinKeys: [ID],
    sources,
    entityKeySerializationVersion: 3,
    startMicros: DAY_1,
    endMicros: DAY_1 + 24 * HOUR,
    batchRows: 100,
    ...given,
  };
}

/** `keys @ hour: values`, in the order in which they come. */
async function joined(scan: JoinedRowsScan): Promise<string[]> {
  const rows: string[] = [];
  for await (const batch of store.joinedRows(scan, new AbortController().signal)) {
    batch.keys.forEach((key, row) => {
      const keys = decodeEntityKey(key).values.map((value) => String(value?.value as number | string));
      const values = batch.values.map((cells) => JSON.stringify(decodeValue(cells.at(row)!)?.value ?? null));
      rows.push(`${keys.join(',')} @ ${(batch.eventTimesMicros[row]! - DAY_1) / HOUR}: ${values.join(' ')}`);
    });
  }
  return rows;
}

const [A, B] = [field('a', 'STRING'), field('b', 'INT64')];

beforeAll(async () => {
  const of = (columns: string, ...rows: readonly string[]): string =>
    `SELECT * FROM (VALUES ${rows.map((row) => `(${row})`).join(', ')}) AS t(${columns})`;
  await folder.write(
    'a.parquet',
    of('id, event_timestamp, a', `1::INTEGER, ${at(1)}, 'one'`, `2, ${at(2)}, 'two'`, `300, ${at(3)}, NULL`),
  );
  await folder.write(
    'b.parquet',
    of(
      'id, event_timestamp, b',
      `1::BIGINT, ${at(4, 'TIMESTAMP_NS')}, 10::BIGINT`,
      `300, ${at(1, 'TIMESTAMP_NS')}, 30`,
    ),
  );
  await folder.write('texts.parquet', of('id, event_timestamp, b', `'1', ${at(4)}, 10`));
  await folder.write(
    'keyless.parquet',
    of('id, event_timestamp, b', `1, ${at(4)}, 10`, `NULL, ${at(5)}, 10`),
  );
  await folder.write('words.parquet', of('id, event_timestamp, b', `1, ${at(4)}, 'ten'`));
  await folder.write('all.parquet', of('event_timestamp, b', `${at(1)}, 1`, `${at(20)}, 2`));
});

describe('rows of several sources', () => {
  it('are matched whatever the width of their keys and the kind of their times, and come in the order of keys', async () => {
    const rows = ['1 @ 4: "one" 10', '2 @ 2: "two" null', '300 @ 3: null 30'];
    const inKeyOrder = [rows[1]!, rows[2]!, rows[0]!].toSorted((one, other) =>
      keyBytes(one).compare(keyBytes(other)),
    );
    const sources = [part('a.parquet', [A]), part('b.parquet', [B])];
    expect(await joined(scanOf(sources))).toEqual(inKeyOrder);
    expect((await joined(scanOf(sources, { order: 'any' }))).toSorted()).toEqual(rows);
  });

  it('are matched by other names of their keys', async () => {
    const driver = field('driver', 'INT64');
    const sources = [
      part('a.parquet', [A], { keyNames: new Map([['id', 'driver']]) }),
      part('b.parquet', [B], { keyNames: new Map([['id', 'driver']]) }),
    ];
    expect(await joined(scanOf(sources, { joinKeys: [driver] }))).toHaveLength(3);
  });

  it('without keys belong to everybody, or are one row', async () => {
    const all = part('all.parquet', [B], { joinKeys: [] });
    const rows = await joined(scanOf([part('a.parquet', [A]), all], { order: 'any' }));
    expect(rows.toSorted()).toEqual(['1 @ 20: "one" 2', '2 @ 20: "two" 2', '300 @ 20: null 2']);
    const early = { endMicros: DAY_1 + 2 * HOUR, joinKeys: [] };
    expect(await joined(scanOf([all, all], early))).toEqual([' @ 1: 1 1']);
    expect(await joined(scanOf([all], { ...early, startMicros: DAY_1 + 90 * 60_000_000 }))).toEqual([]);
  });

  it('are told with their number', async () => {
    const met: unknown[] = [];
    const scan = scanOf([part('a.parquet', [A]), part('b.parquet', [B])]);
    for await (const _ of store.joinedRows(scan, new AbortController().signal, (one) => met.push(one)));
    expect(met).toEqual([{ rowsRead: 5, rowsToStore: 3 }]);
  });

  it.each<[string, DataSource | string, string]>([
    [
      'keys of another kind',
      'texts.parquet',
      'the join key id holds 32-bit integers (INTEGER) in a.parquet and text (VARCHAR) in texts.parquet: their rows cannot be matched',
    ],
    [
      'a row without a key',
      'keyless.parquet',
      'keyless.parquet: 1 of 2 rows in the range have no id, which is a join key',
    ],
    [
      'a value that does not fit',
      'words.parquet',
      'words.parquet: "ten" in the column b (VARCHAR) of the row with id 1',
    ],
    [
      'no such column',
      fileSource('b.parquet', { timestampField: 'at' }),
      'b.parquet: the event timestamp at: there is no such column',
    ],
    ['no such file', 'nowhere.parquet', 'nowhere.parquet'],
  ])('are refused with %s', async (_what, source, message) => {
    const other = typeof source === 'string' ? fileSource(source) : source;
    const failure = await joined(scanOf([part('a.parquet', [A]), part('', [B], { source: other })])).catch(
      (error: Error) => error.message,
    );
    expect(failure).toContain(message);
  });
});

function keyBytes(row: string): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(BigInt(/^\d+/.exec(row)![0]));
  return bytes;
}
