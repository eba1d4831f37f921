import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

import { salver } from '../support/salver-process.ts';

export type StoreKind = 'sqlite' | 'redis';

export interface FaultsRepoOptions {
  readonly store: StoreKind;
  /** `127.0.0.1:6379` of a Redis server. */
  readonly redis?: string;
  /** Whether offline pushes are batched: 202 from the journal. */
  readonly batched: boolean;
}

/** Where the history of a push source is. */
export interface History {
  readonly pushSource: string;
  readonly view: string;
  /** A parquet file, or a folder of them, in the repo. */
  readonly path: string;
}

/** One file and one folder, because both are appended to in their own way. */
export const HISTORIES: readonly History[] = [
  { pushSource: 'readings_push', view: 'readings', path: 'data/readings.parquet' },
  { pushSource: 'archive_push', view: 'archive', path: 'data/archive' },
];

const DEFINITIONS = `
import { days, entity, featureView, fileSource, float64, int64, pushSource, string } from 'salver';

export const sensor = entity({ name: 'sensor', joinKey: 'sensor_id', type: int64 });
const schema = { row_id: string, reading: float64 };
const timestampField = 'event_timestamp';

export const readingsFile = fileSource({ name: 'readings_file', path: 'data/readings.parquet', timestampField });
export const readingsPush = pushSource({ name: 'readings_push', batchSource: readingsFile });
export const readings = featureView({ name: 'readings', entities: [sensor], ttl: days(0), schema, source: readingsPush });

export const archiveFolder = fileSource({ name: 'archive_folder', path: 'data/archive', timestampField });
export const archivePush = pushSource({ name: 'archive_push', batchSource: archiveFolder });
export const archive = featureView({ name: 'archive', entities: [sensor], ttl: days(0), schema, source: archivePush });
`;

export const FIRST_ROWS = 1000;
export const FIRST_ROW_PREFIX = 'first-';

const FIRST_ROWS_QUERY = `
SELECT i::BIGINT AS sensor_id, TIMESTAMPTZ '2024-01-01 00:00:00+00' AS event_timestamp,
       '${FIRST_ROW_PREFIX}' || i AS row_id, i::DOUBLE AS reading
FROM range(${FIRST_ROWS}) t(i)`;

/** A repository that keeps acknowledged rows in both stores. Errors: an Error with what a command printed. */
export async function makeFaultsRepo(options: FaultsRepoOptions): Promise<string> {
  const repo = mkdtempSync(join(tmpdir(), 'salver-faults-'));
  for (const folder of ['data/archive', 'data/online']) mkdirSync(join(repo, folder), { recursive: true });
  writeFileSync(join(repo, 'feature_store.yaml'), featureStoreYaml(options));
  writeFileSync(join(repo, 'features.ts'), DEFINITIONS);
  await writeFirstRows(repo);
  const { code, output } = await salver(['-c', repo, 'apply', '--yes']);
  if (code !== 0) throw new Error(`salver apply ended with ${code}:\n${output}`);
  return repo;
}

export function removeRepo(repo: string): void {
  rmSync(repo, { recursive: true, force: true });
}

async function writeFirstRows(repo: string): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  for (const file of ['data/readings.parquet', 'data/archive/part-0.parquet']) {
    await connection.run(`COPY (${FIRST_ROWS_QUERY}) TO '${join(repo, file)}' (FORMAT parquet)`);
  }
  connection.closeSync();
  instance.closeSync();
}

function featureStoreYaml({ store, redis, batched }: FaultsRepoOptions): string {
  const online =
    store === 'sqlite'
      ? '  type: sqlite\n  path: data/online/online_store.db'
      : `  type: redis\n  connection_string: "${redis ?? ''}"`;
  const batching = `
feature_server:
  offline_push_batching_enabled: true
  offline_push_batching_batch_size: 50
  offline_push_batching_batch_interval_seconds: 1
`;
  return `project: faults
provider: local
registry: data/registry.db
online_store:
${online}
entity_key_serialization_version: 3
${batched ? batching : ''}`;
}
