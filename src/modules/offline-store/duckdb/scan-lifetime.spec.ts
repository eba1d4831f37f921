import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchesOf, field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { DuckdbOfflineStore } from './duckdb-offline-store.js';

const folder = new ParquetFolder();
const store = new DuckdbOfflineStore(folder.path, {
  rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 2 }],
});
const VALUE = [field('value', 'STRING')];
const ENTITIES = 400_009;
const source = fileSource('large.parquet');

beforeAll(() =>
  folder.write(
    'large.parquet',
    `SELECT (i * 7919) % ${ENTITIES} AS id, i::VARCHAR AS value,
      TIMESTAMPTZ '2026-01-01 00:00:00+00' + to_seconds(i % 3600) AS event_timestamp FROM range(800000) t(i)`,
  ),
);

afterAll(async () => {
  await store.close();
  folder.remove();
});

async function drain(rows: AsyncIterable<unknown>): Promise<number> {
  let batches = 0;
  for await (const batch of rows) if (batch !== undefined) batches++;
  return batches;
}

describe('a scan that is stopped', () => {
  it('ends at once, with the reason', async () => {
    const stop = new AbortController();
    const reason = new Error('cancelled by a person');
    const startedMs = performance.now();
    setTimeout(() => stop.abort(reason), 30);
    await expect(drain(store.latestRows(scanOf(source, VALUE), stop.signal))).rejects.toBe(reason);
    expect(performance.now() - startedMs).toBeLessThan(10_000);
  });

  it('between two batches ends as well, and before it begins', async () => {
    const stop = new AbortController();
    const rows = store.latestRows(scanOf(source, VALUE, { batchRows: 100 }), stop.signal);
    expect((await rows.next()).value!.keys).toHaveLength(100);
    stop.abort(new Error('enough'));
    await expect(drain(rows)).rejects.toThrow('enough');
    await expect(drain(store.latestRows(scanOf(source, VALUE), stop.signal))).rejects.toThrow('enough');
  });

  it('by its reader leaves the store usable', async () => {
    for await (const batch of store.latestRows(scanOf(source, VALUE), new AbortController().signal)) {
      expect(batch.keys.length).toBeGreaterThan(0);
      break;
    }
    expect(await batchesOf(store, scanOf(source, VALUE, { endMicros: 1 }))).toEqual([]);
  });
});

describe('memory', () => {
  it('can be little, by way of the disk', async () => {
    const small = new DuckdbOfflineStore(folder.path, {
      rooms: [{ memoryLimitBytes: 32 * 2 ** 20, threads: 1 }],
    });
    try {
      const batches = await batchesOf(small, scanOf(source, VALUE));
      expect(batches.reduce((sum, { keys }) => sum + keys.length, 0)).toBe(ENTITIES);
    } finally {
      await small.close();
    }
  });

  it('that is too little is followed by more', async () => {
    const rooms = [2 ** 20, 32 * 2 ** 20].map((memoryLimitBytes) => ({ memoryLimitBytes, threads: 1 }));
    const growing = new DuckdbOfflineStore(folder.path, { rooms });
    try {
      const batches = await batchesOf(growing, scanOf(source, VALUE));
      expect(batches.reduce((sum, { keys }) => sum + keys.length, 0)).toBe(ENTITIES);
    } finally {
      await growing.close();
    }
  });

  it('that is too little is told', async () => {
    const tiny = new DuckdbOfflineStore(folder.path, { rooms: [{ memoryLimitBytes: 2 ** 20, threads: 1 }] });
    try {
      await expect(batchesOf(tiny, scanOf(source, VALUE))).rejects.toThrow(
        /large.parquet: too little memory/,
      );
    } finally {
      await tiny.close();
    }
  });
});

describe('a store', () => {
  it('leaves nothing on the disk, after a failure either', async () => {
    const scratchDir = mkdtempSync(join(tmpdir(), 'salver-scratch-'));
    const own = new DuckdbOfflineStore(folder.path, {
      rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }],
      scratchDir,
    });
    await expect(batchesOf(own, scanOf(source, [field('value', 'MAP')]))).rejects.toThrow('is not an object');
    expect(readdirSync(scratchDir)).toHaveLength(1);
    await own.close();
    expect(readdirSync(scratchDir)).toEqual([]);
    rmSync(scratchDir, { recursive: true });
  });

  it('that was never used opens nothing', async () => {
    await expect(
      new DuckdbOfflineStore(folder.path, { scratchDir: '/nowhere/at-all' }).close(),
    ).resolves.toBeUndefined();
  });

  it('that cannot open says why', async () => {
    const homeless = new DuckdbOfflineStore(folder.path, { scratchDir: '/nowhere/at-all' });
    await expect(batchesOf(homeless, scanOf(source, VALUE))).rejects.toThrow(
      'no directory for temporary files can be made in /nowhere/at-all',
    );
    await homeless.close();
  });
});
