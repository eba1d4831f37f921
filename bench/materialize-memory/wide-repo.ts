import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

import { BENCH_FOLDER, type StoreName } from '../bench-folder.ts';
import { repoYaml } from '../repo-yaml.ts';

/** Four in turn, so that fixed and variable widths are mixed. */
const KINDS = [
  { type: 'int64', sql: (hash: string) => `(${hash} % 1000000000)::BIGINT` },
  { type: 'float64', sql: (hash: string) => `(${hash} % 1000000000) / 13.0` },
  { type: 'string', sql: (hash: string) => `'segment ' || (${hash} % 100000)` },
  { type: 'float32', sql: (hash: string) => `((${hash} % 1000000) / 7.0)::FLOAT` },
] as const;

export interface WideSource {
  readonly rows: number;
  readonly columns: number;
  readonly entities: number;
}

/** A repo of definitions in TypeScript with one wide file, not applied yet. */
export async function wideRepo(store: StoreName, source: WideSource): Promise<string> {
  const path = join(BENCH_FOLDER, `materialize-memory-${store}`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, 'data'), { recursive: true });
  writeFileSync(join(path, 'feature_store.yaml'), repoYaml('wide', store));
  writeFileSync(join(path, 'features.ts'), definitions(source));
  await writeEvents(join(path, 'data/events.parquet'), source);
  return path;
}

function columnsOf({
  columns,
}: WideSource): { readonly name: string; readonly kind: (typeof KINDS)[number] }[] {
  return Array.from({ length: columns }, (_, at) => ({ name: `f_${at}`, kind: KINDS[at % KINDS.length]! }));
}

function definitions(source: WideSource): string {
  const schema = columnsOf(source).map(({ name, kind }) => `${name}: ${kind.type}`);
  return `import { entity, featureView, fileSource, float32, float64, int64, string } from 'salver';

export const user = entity({ name: 'user', joinKey: 'user_id', type: int64 });
export const events = fileSource({ name: 'events', path: 'data/events.parquet', timestampField: 'event_timestamp' });
export const wide = featureView({
  name: 'wide',
  entities: [user],
  schema: { ${schema.join(', ')} },
  source: events,
});
`;
}

/** Values are hashes of the number of the row; times lie in January 2026. */
async function writeEvents(file: string, source: WideSource): Promise<void> {
  const { rows, entities } = source;
  const columns = columnsOf(source).map(
    ({ name, kind }, at) => `${kind.sql(`hash(i * 31 + ${at})`)} AS ${name}`,
  );
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(`COPY (
      SELECT (i * 7919) % ${entities} AS user_id,
        make_timestamptz(1767225600000000 + (i % 2678400) * 1000000) AS event_timestamp,
        ${columns.join(',\n')}
      FROM range(${rows}) AS rows(i)
    ) TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
