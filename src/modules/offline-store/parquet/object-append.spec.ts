import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { entry } from '../../../../test/support/offline-rows.js';
import { field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { S3Server, useS3Credentials } from '../../../../test/support/s3-server.js';
import { decodeEntityKey } from '../../../common/codec/entity-key.codec.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { DuckdbOfflineStore } from '../duckdb/duckdb-offline-store.js';
import type { OfflineEntry, RefusedEntry } from '../offline-store-writer.js';
import { createOfflineRowChecker, createOfflineStoreWriter } from '../offline-store-writer-factory.js';
import { S3ObjectStore } from '../s3/s3-object-store.js';

const OPTIONS = { integerTimestamps: 'refuse' } as const;
const TYPE = { type: 'file', options: {} } as const;
const TIME = '2026-01-01T00:00:00Z';
const never = new AbortController().signal;

const folder = new ParquetFolder();
const scratchDir = mkdtempSync(join(tmpdir(), 'test-scratch-'));
let server: S3Server;
let store: DuckdbOfflineStore;

beforeAll(async () => {
  useS3Credentials();
  server = await S3Server.start('lake');
  await folder.write('one.parquet', row(0));
  await folder.write('parts/month=01/a.parquet', row(0));
  await folder.write('parts/month=02/a.parquet', row(1));
  store = new DuckdbOfflineStore('/', {
    rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }],
    scratchDir,
    openObjectStore: (endpoint) => new S3ObjectStore({ endpoint, environment: {} }),
  });
});
afterAll(async () => {
  await store.close();
  folder.remove();
  rmSync(scratchDir, { recursive: true });
  await server[Symbol.asyncDispose]();
});

function row(id: number): string {
  return `SELECT ${id}::BIGINT AS id, 'n${id}' AS name, TIMESTAMPTZ '${TIME}' AS event_timestamp`;
}

const at = (uri: string) => fileSource(uri, { s3EndpointOverride: server.endpoint });
const writerOfTest = () => createOfflineStoreWriter(TYPE, '/', OPTIONS);

function rows(
  ids: readonly number[],
  number?: number,
  more: Readonly<Record<string, readonly string[]>> = {},
): OfflineEntry {
  const names = ids.map((id) => `n${id}`);
  return entry({ id: [...ids], name: names, event_timestamp: ids.map(() => TIME), ...more }, number);
}

function append(uri: string, ...entries: OfflineEntry[]): Promise<readonly RefusedEntry[]> {
  return writerOfTest().append(at(uri), entries);
}

/** Ids in the source, each once; how often they stand there is told by `rowsRead`. */
async function idsIn(uri: string): Promise<{ readonly ids: readonly number[]; readonly rowsRead: number }> {
  const ids: number[] = [];
  let rowsRead = 0;
  const scan = scanOf(at(uri), [field('name', 'STRING')]);
  for await (const { keys } of store.latestRows(scan, never, (found) => (rowsRead = found.rowsRead))) {
    ids.push(...keys.map((key) => Number((decodeEntityKey(key).values[0] as { value: number }).value)));
  }
  return { ids: ids.toSorted((a, b) => a - b), rowsRead };
}

describe('a single object', () => {
  it('grows, once for each entry', async () => {
    await server.putFolder('lake', 'single/', folder.path);
    const uri = 's3://lake/single/one.parquet';
    expect(await append(uri, rows([1, 2], 1), rows([3], 2))).toEqual([]);
    expect(await append(uri, rows([1, 2], 1), rows([3], 2), rows([4], 3))).toEqual([]);
    expect(await idsIn(uri)).toEqual({ ids: [0, 1, 2, 3, 4], rowsRead: 5 });
  });

  it('loses no rows of writers on several machines', async () => {
    await server.putFolder('lake', 'shared/', folder.path);
    const uri = 's3://lake/shared/one.parquet';
    const writers = [1, 2, 3].map(async (machine) => {
      const writer = writerOfTest();
      for (let round = 0; round < 4; round++) {
        const one = entry(
          { id: [machine * 10 + round], name: ['x'], event_timestamp: [TIME] },
          round + 1,
          `machine-${machine}`,
        );
        for (let refused: unknown = 'busy'; refused !== undefined;) {
          refused = await writer.append(at(uri), [one]).then(
            () => undefined,
            (error: unknown) => error,
          );
        }
      }
    });
    await Promise.all(writers);
    expect(await idsIn(uri)).toEqual({
      ids: [0, 10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33],
      rowsRead: 13,
    });
  });

  it('hands entries back that do not fit, and stores the others', async () => {
    await server.putFolder('lake', 'poison/', folder.path);
    const uri = 's3://lake/poison/one.parquet';
    const bad = entry({ id: ['no number'], name: ['x'], event_timestamp: [TIME] }, 2);
    const refused = await append(uri, rows([1], 1), bad, rows([2], 3));
    expect(refused).toMatchObject([{ index: 1, error: expect.any(InvalidValueError) }]);
    expect((await idsIn(uri)).ids).toEqual([0, 1, 2]);
  });
});

describe('a directory', () => {
  it('gets objects of its own, in the folders of their partitions, once for each entry', async () => {
    await server.putFolder('lake', 'tree/', folder.path);
    const uri = 's3://lake/tree/parts';
    const first = rows([7, 8], 1, { month: ['1', '3'] });
    for (let time = 0; time < 2; time++) await append(uri, first, rows([9], 2, { month: ['2'] }));
    expect(await idsIn(uri)).toEqual({ ids: [0, 1, 7, 8, 9], rowsRead: 5 });
    const puts = server.requests.filter((request) => request.startsWith('PUT /lake/tree/parts/month'));
    expect(new Set(puts.slice(2))).toEqual(
      new Set([
        'PUT /lake/tree/parts/month%3D01/part-salver-segment-1-1.parquet',
        'PUT /lake/tree/parts/month%3D3/part-salver-segment-1-1.parquet',
        'PUT /lake/tree/parts/month%3D02/part-salver-segment-2-2.parquet',
      ]),
    );
  });

  it('gets names that its pattern has', async () => {
    await server.putFolder('lake', 'pattern/', folder.path);
    const uri = 's3://lake/pattern/one*.parquet';
    await append(uri, rows([5], 1));
    expect(await idsIn(uri)).toEqual({ ids: [0, 5], rowsRead: 2 });
  });
});

describe('a check before anything is acknowledged', () => {
  it('reads the end of an object, and tells of what is not there', async () => {
    await server.putFolder('lake', 'checked/', folder.path);
    const checker = createOfflineRowChecker(TYPE, '/', OPTIONS);
    const deadline = Deadline.after(10_000);
    const uri = 's3://lake/checked/one.parquet';
    await checker.check(at(uri), rows([1]).rows, deadline);
    const bad = entry({ id: ['x'], name: ['x'], event_timestamp: [TIME] }).rows;
    await expect(checker.check(at(uri), bad, deadline)).rejects.toBeInstanceOf(InvalidValueError);
    await expect(checker.check(at('s3://lake/checked/none.parquet'), bad, deadline)).rejects.toThrow(
      's3://lake/checked/none.parquet: there is no such object',
    );
  });
});
