import { cpSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { DataSource } from '../../common/model/data-source.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { unwritableSources } from './offline-source-check.js';

const REPO = join(import.meta.dirname, '../../../test/fixtures/conformance/repos/drivers-sqlite');
const PUSH_SOURCE = 'driver_stats_push_source';
const SNAPSHOT = decodeRegistry(readFileSync(join(REPO, 'data/registry.db')), 'drivers');

let repoDir: string;
let file: string;

beforeEach(() => {
  repoDir = mkdtempSync(join(tmpdir(), 'salver-sources-'));
  cpSync(join(REPO, 'data'), join(repoDir, 'data'), { recursive: true });
  file = join(repoDir, 'data/driver_stats_fresh.parquet');
});
afterEach(() => rmSync(repoDir, { recursive: true }));

/** The recorded registry, with the batch source of the push source changed. */
function withSource(changes: Partial<DataSource>): RegistrySnapshot {
  const views = [...SNAPSHOT.featureViews].map(([name, view]) => {
    const isFed = view.streamSource?.name === PUSH_SOURCE;
    return [name, isFed ? { ...view, batchSource: { ...view.batchSource!, ...changes } } : view] as const;
  });
  return { ...SNAPSHOT, featureViews: new Map(views) };
}

async function found(changes: Partial<DataSource> = {}, limitMs = 10_000): Promise<object[]> {
  const configuration = { repoDir, offlineStore: { type: 'file', options: {} } };
  const sources: object[] = [];
  for await (const source of unwritableSources(withSource(changes), configuration, limitMs))
    sources.push(source);
  return sources;
}

describe('sources that pushes go to', () => {
  it('are in order when rows could be added, whatever is wrong with others', async () => {
    rmSync(join(repoDir, 'data/zone_stats.parquet'));
    expect(await found()).toEqual([]);
  });

  it.each<[string, () => Partial<DataSource> | void, RegExp]>([
    ['are not there', () => rmSync(file), /there is no such file/],
    ['are encrypted', () => writeFileSync(file, `PAR1${'-'.repeat(40)}PARE`), /encrypted parquet files/],
    ['are broken', () => writeFileSync(file, `PAR1${'-'.repeat(40)}PAR1`), /is broken/],
    ['are Delta tables by name', () => ({ fileFormat: 'delta' }), /is a Delta table/],
    ['are tables of a database', () => ({ kind: 'BATCH_BIGQUERY', uri: undefined }), /is not a file/],
    [
      'are Delta tables on the disk',
      () => {
        renameSync(file, join(repoDir, 'part.parquet'));
        mkdirSync(join(file, '_delta_log'), { recursive: true });
      },
      /a Delta table/,
    ],
  ])('are told when they %s', async (_, prepare, reason) => {
    const changes = prepare();
    expect(await found(changes ?? {})).toEqual([
      { pushSource: PUSH_SOURCE, source: expect.any(String), reason: expect.stringMatching(reason) },
    ]);
  });

  it('are told when they do not answer in time', async () => {
    vi.stubEnv('AWS_ACCESS_KEY_ID', 'id');
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
    const silent = createServer((socket) => socket.on('error', () => undefined));
    await once(silent.listen(0, '127.0.0.1'), 'listening');
    const { port } = silent.address() as { port: number };
    const s3EndpointOverride = `http://127.0.0.1:${port}`;
    expect(await found({ uri: 's3://lake/rows.parquet', s3EndpointOverride }, 300)).toMatchObject([
      { reason: 'it could not be looked into within 0.3 s' },
    ]);
    silent.close();
    vi.unstubAllEnvs();
  });
});
