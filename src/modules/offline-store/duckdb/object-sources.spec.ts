import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ParquetFolder } from '../../../../test/support/parquet-files.js';
import { S3Server, useS3Credentials } from '../../../../test/support/s3-server.js';
import { S3ObjectStore } from '../s3/s3-object-store.js';
import { DuckdbOfflineStore, type DuckdbStoreOptions } from './duckdb-offline-store.js';

const ROWS = (from: number, to: number): string =>
  `SELECT id, id * 2 AS n, repeat('wide ' || id, 200) AS wide, TIMESTAMP '2026-01-01' + INTERVAL (id) SECOND AS event_timestamp ` +
  `FROM range(${from}, ${to}) AS r(id)`;
const NUMBERS = [field('n', 'INT64')];
const never = new AbortController().signal;

const folder = new ParquetFolder();
const scratchDir = mkdtempSync(join(tmpdir(), 'test-scratch-'));
let server: S3Server;

beforeAll(async () => {
  useS3Credentials();
  server = await S3Server.start('lake');
  await folder.write('one.parquet', ROWS(0, 1000));
  await folder.write('grouped.parquet', ROWS(0, 40_000), ', ROW_GROUP_SIZE 8192');
  await folder.write('parts/day=2026-01-01/part.10.parquet', ROWS(0, 3));
  await folder.write('parts/day=2026-01-02/part.9.parquet', ROWS(3, 7));
  await folder.write('parts/day=__HIVE_DEFAULT_PARTITION__/x.pq', ROWS(7, 8));
  await folder.write('parts/_SUCCESS', ROWS(0, 1));
  await folder.write('delta/_delta_log/0.parquet', ROWS(0, 1));
  await folder.write('delta/part.parquet', ROWS(0, 1));
  await server.putFolder('lake', 'top/', folder.path);
});
afterAll(async () => {
  folder.remove();
  rmSync(scratchDir, { recursive: true });
  await server[Symbol.asyncDispose]();
});

function storeOfTest(given: Partial<DuckdbStoreOptions> = {}): DuckdbOfflineStore {
  const store = new DuckdbOfflineStore('/', {
    rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }],
    scratchDir,
    openObjectStore: (endpoint) => new S3ObjectStore({ endpoint, environment: {} }),
    ...given,
  });
  onTestFinished(() => store.close());
  return store;
}

const at = (uri: string) => fileSource(uri, { s3EndpointOverride: server.endpoint });

async function idsOf(uri: string, given: Partial<DuckdbStoreOptions> = {}): Promise<number> {
  let rows = 0;
  for await (const batch of storeOfTest(given).latestRows(scanOf(at(uri), NUMBERS), never))
    rows += batch.keys.length;
  return rows;
}

async function failureOf(uri: string, given: Partial<DuckdbStoreOptions> = {}): Promise<string> {
  const error = await idsOf(uri, given).then(
    () => new Error('nothing'),
    (failure: unknown) => failure as Error,
  );
  expect(readdirSync(scratchDir).filter((name) => name.startsWith('salver-s3'))).toEqual([]);
  return `${error.name}: ${error.message}`;
}

describe('sources in S3', () => {
  it.each([
    ['s3://lake/top/one.parquet', 1000],
    ['s3://lake/top/grouped.parquet', 40_000],
    ['s3://lake/top/parts', 8],
    ['s3://lake/top/parts/', 8],
    ['s3://lake/top/parts/day=2026-01-02', 4],
    ['s3://lake/top/parts/*/part.*.parquet', 7],
    ['s3://lake/top/parts/**/*.p*', 8],
    ['s3://lake/top/*.parquet', 40_000],
  ])('%s', async (uri, rows) => {
    expect(await idsOf(uri)).toBe(rows);
  });

  it('have the columns of files, with their partitions last', async () => {
    const local = new DuckdbOfflineStore(folder.path, {
      rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }],
    });
    onTestFinished(() => local.close());
    for (const path of ['one.parquet', 'grouped.parquet', 'parts', 'parts/*/part.*.parquet']) {
      const columns = await storeOfTest().columns(at(`s3://lake/top/${path}`));
      const expected = await local.columns(fileSource(path));
      expect(columns.map(({ name, storedType }) => [name, storedType])).toEqual(
        expected.map(({ name, storedType }) => [name, storedType]),
      );
    }
  });

  it('give the rows of files, byte for byte', async () => {
    const local = new DuckdbOfflineStore(folder.path, {
      rooms: [{ memoryLimitBytes: 512 * 2 ** 20, threads: 1 }],
    });
    onTestFinished(() => local.close());
    const features = [field('n', 'INT64'), field('wide', 'STRING'), field('day', 'STRING')];
    const rowsOf = async (store: DuckdbOfflineStore, uri: string, endpoint: string | undefined) => {
      const source = fileSource(uri, { s3EndpointOverride: endpoint });
      const rows: string[] = [];
      for await (const { keys, values, eventTimesMicros } of store.latestRows(
        scanOf(source, features),
        never,
      )) {
        keys.forEach((key, row) => {
          const cells = values.map((column) => Buffer.from(column.at(row)!).toString('hex'));
          rows.push([Buffer.from(key).toString('hex'), eventTimesMicros[row], ...cells].join(' '));
        });
      }
      return rows;
    };
    const there = await rowsOf(storeOfTest(), 's3://lake/top/parts', server.endpoint);
    expect(there).toEqual(await rowsOf(local, 'parts', undefined));
    expect(there).toHaveLength(8);
  });

  it('are copied only where they are needed', async () => {
    const size = readFileSync(join(folder.path, 'grouped.parquet')).length;
    const bytesAsked = () =>
      server.requests.reduce((sum, request) => {
        const [, from, to] = /bytes=(\d+)-(\d+)$/.exec(request) ?? [];
        return from === undefined ? sum : sum + Number(to) - Number(from) + 1;
      }, 0);
    server.requests.length = 0;
    await storeOfTest().columns(at('s3://lake/top/grouped.parquet'));
    expect(bytesAsked()).toBeLessThan(70_000);
    server.requests.length = 0;
    expect(await idsOf('s3://lake/top/grouped.parquet')).toBe(40_000);
    expect(bytesAsked()).toBeLessThan(size);
    expect(
      server.requests.filter((request) => request.startsWith('GET') && !request.includes('bytes=')),
    ).toEqual([]);
  });

  it('leave nothing on the disk, nor do those of processes that were killed', async () => {
    mkdirSync(join(scratchDir, 'salver-s3-4194399-abc/deep'), { recursive: true });
    await idsOf('s3://lake/top/one.parquet');
    expect(readdirSync(scratchDir)).not.toContain('salver-s3-4194399-abc');
  });
});

describe('what is told of sources in S3', () => {
  it.each([
    [
      's3://lake/top/none',
      'InvalidRequestError: s3://lake/top/none: there is no such object, nor parquet objects below it',
    ],
    ['s3://lake/top/no*.parquet', 'no object of the bucket lake has a key of this pattern (top/no*.parquet)'],
    ['s3://', 'InvalidRequestError: s3://: it names no bucket: write s3://bucket/key'],
    ['s3://nowhere/x.parquet', 'there is no bucket nowhere'],
    [
      's3://lake/top/delta',
      'NotSupportedError: s3://lake/top/delta: a Delta table, which this version does not read',
    ],
  ])('%s', async (uri, message) => {
    expect(await failureOf(uri)).toContain(message);
  });

  it('damage', async () => {
    const whole = readFileSync(join(folder.path, 'one.parquet'));
    const broken: readonly (readonly [string, Uint8Array, string])[] = [
      ['empty', new Uint8Array(), 'the file is empty (0 bytes)'],
      ['text', Buffer.from('id,n\n1,2\n'), 'not a parquet file'],
      ['cut', whole.subarray(0, whole.length / 2), 'the parquet file is cut off'],
      [
        'footer',
        Buffer.concat([whole.subarray(0, -8), Buffer.from('ffffff7f', 'hex'), whole.subarray(-4)]),
        'impossible length',
      ],
    ];
    for (const [name, bytes, message] of broken) {
      await server.put('lake', `broken/${name}.parquet`, bytes);
      expect(await failureOf(`s3://lake/broken/${name}.parquet`)).toContain(message);
    }
    expect(await failureOf('s3://lake/broken')).toMatch(/s3:\/\/lake\/broken: broken\/\w+\.parquet: /);
  });

  it('a change while they are read', async () => {
    const uri = 's3://lake/changing.parquet';
    await server.put('lake', 'changing.parquet', readFileSync(join(folder.path, 'one.parquet')));
    let reads = 0;
    server.intercept = async ({ method }) => {
      if (method === 'GET' && ++reads === 2) {
        server.intercept = () => false;
        await server.put('lake', 'changing.parquet', readFileSync(join(folder.path, 'grouped.parquet')));
      }
      return false;
    };
    expect(await failureOf(uri)).toContain(
      'UnavailableError: s3://lake/changing.parquet: it was changed while it was read',
    );
  });

  it('too little disk', async () => {
    const message = await failureOf('s3://lake/top/grouped.parquet', { stagingLimitBytes: 100_000 });
    expect(message).toContain('more than 100000 bytes of it would have to be copied to this machine');
    expect(message).toContain('s3.staging_bytes');
  });

  it('the end of a job', async () => {
    const aborted = new AbortController();
    server.intercept = ({ headers }) => {
      if (headers.range === undefined) return false;
      aborted.abort('ended by SIGTERM');
      return true;
    };
    onTestFinished(() => void (server.intercept = () => false));
    const rows = storeOfTest().latestRows(scanOf(at('s3://lake/top/one.parquet'), NUMBERS), aborted.signal);
    await expect(rows.next()).rejects.toBe('ended by SIGTERM');
    expect(readdirSync(scratchDir).filter((name) => name.startsWith('salver-s3'))).toEqual([]);
  });
});
