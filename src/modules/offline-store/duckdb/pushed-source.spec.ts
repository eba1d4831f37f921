import { copyFileSync, readFileSync, renameSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import { entry } from '../../../../test/support/offline-rows.js';
import { batchesOf, field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { createOfflineStoreWriter } from '../offline-store-writer-factory.js';
import { DuckdbOfflineStore } from './duckdb-offline-store.js';

const folder = new ParquetFolder();
const store = new DuckdbOfflineStore(folder.path, {
  rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 2 }],
});
const writer = createOfflineStoreWriter({ type: 'file' }, folder.path, { integerTimestamps: 'refuse' });
const VALUE = [field('v', 'INT64')];
const ROWS = 3000;
const source = fileSource('pushed/rows.parquet');

beforeEach(async () => {
  await folder.write(
    'pushed/rows.parquet',
    `SELECT i::BIGINT AS id, 0::BIGINT AS v, TIMESTAMPTZ '2026-01-01 00:00:00+00' AS event_timestamp
     FROM range(${ROWS}) t(i)`,
  );
});
afterAll(async () => {
  await store.close();
  folder.remove();
});

const rowsOf = (number: number) =>
  entry({
    id: Array.from({ length: 10 }, (_, i) => ROWS + 10 * number + i),
    v: Array.from({ length: 10 }, () => number),
    event_timestamp: Array.from({ length: 10 }, () => '2026-01-02T00:00:00Z'),
  });

/** Appends until `isOver`; resolves with how many there were. */
async function pushes(uri: string, isOver: () => boolean): Promise<number> {
  let count = 0;
  while (!isOver()) await writer.append(fileSource(uri), [rowsOf(count++)]);
  return count;
}

describe.each(['pushed/rows.parquet', 'pushed'])('%s, read while rows are pushed to it', (uri) => {
  it('is read as it was at one instant', async () => {
    let isOver = false;
    const pushing = pushes(uri, () => isOver);
    const seen: number[] = [];
    try {
      for (let scan = 0; scan < 25; scan++) {
        const batches = await batchesOf(store, scanOf(fileSource(uri), VALUE, { batchRows: 500 }));
        const rows = batches.reduce((sum, { keys }) => sum + keys.length, 0);
        // Of each push all rows or none.
        expect((rows - ROWS) % 10).toBe(0);
        seen.push(rows);
        const columns = await store.columns(fileSource(uri));
        expect(columns.map(({ name }) => name)).toEqual(['id', 'v', 'event_timestamp']);
      }
    } finally {
      isOver = true;
    }
    expect(await pushing).toBeGreaterThan(seen.length);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen.at(-1)).toBeGreaterThan(seen[0]!);
  });
});

describe('a scan', () => {
  it('of a file that was replaced and removed ends as it began', async () => {
    const rows = store.latestRows(scanOf(source, VALUE, { batchRows: 100 }), new AbortController().signal);
    let count = (await rows.next()).value!.keys.length;
    await writer.append(source, [rowsOf(1)]);
    renameSync(join(folder.path, 'pushed/rows.parquet'), join(folder.path, 'elsewhere'));
    for await (const batch of rows) count += batch.keys.length;
    expect(count).toBe(ROWS);
  });

  it.each([
    ['cut off', (path: string) => truncateSync(path, 5000)],
    ['written again', (path: string) => writeFileSync(path, readFileSync(path))],
    ['overwritten', (path: string) => copyFileSync(join(folder.path, 'other.parquet'), path)],
  ])('of a file that is %s in place fails', async (_, change) => {
    await folder.write('other.parquet', "SELECT 1 AS id, 1 AS v, TIMESTAMP '2026-01-01' AS event_timestamp");
    const rows = store.latestRows(scanOf(source, VALUE, { batchRows: 100 }), new AbortController().signal);
    await rows.next();
    change(join(folder.path, 'pushed/rows.parquet'));
    const rest = async (): Promise<void> => {
      for await (const batch of rows) expect(batch.keys.length).toBeGreaterThan(0);
    };
    await expect(rest()).rejects.toThrow(
      /^pushed\/rows\.parquet: rows\.parquet was changed while it was read/,
    );
  });
});
