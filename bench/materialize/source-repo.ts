import { spawnSync } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

import type { FeastVenv } from '../../test/support/feast-venv.ts';
import { BENCH_FOLDER, type Say, type StoreName } from '../bench-folder.ts';
import { repoYaml } from '../repo-yaml.ts';

const APPLY_LIMIT_MS = 5 * 60_000;

export interface SourceSize {
  /** Rows of the file. */
  readonly rows: number;
  readonly entities: number;
}

/**
 * A repo by that name that real Feast applied, with its file and an empty online store; every run works on a copy.
 * Errors: an Error with Feast's words.
 */
export async function sourceRepo(
  name: string,
  { store, rows, entities }: SourceSize & { readonly store: StoreName },
  { venv, env, say }: { venv: FeastVenv; env: Readonly<Record<string, string>>; say: Say },
): Promise<string> {
  const path = join(BENCH_FOLDER, name);
  const size = { rows, entities };
  const stampFile = join(path, 'stamp');
  const definitions = join(import.meta.dirname, 'features.py');
  const stamp = `${venv.feastVersion} ${size.rows} ${size.entities}\n${readFileSync(definitions, 'utf8')}`;
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return path;
  say(`making ${size.rows} rows of ${size.entities} entities`);
  rmSync(path, { recursive: true, force: true });
  mkdirSync(join(path, 'data'), { recursive: true });
  copyFileSync(definitions, join(path, 'features.py'));
  writeFileSync(join(path, 'feature_store.yaml'), repoYaml('bench', store));
  await writeEvents(join(path, 'data/events.parquet'), size);
  const applied = spawnSync(venv.feast, ['apply'], {
    cwd: path,
    encoding: 'utf8',
    env: { ...process.env, TZ: 'UTC', FEAST_USAGE: 'False', ...env },
    timeout: APPLY_LIMIT_MS,
  });
  if (applied.status !== 0)
    throw new Error(`feast apply failed: ${applied.error?.message ?? applied.stderr}`);
  writeFileSync(stampFile, stamp);
  return path;
}

/** Fresh for one run: what is stored is gone, the file is the same. */
export function freshCopy(repo: string, name: string): string {
  const copy = join(BENCH_FOLDER, `run-${name}`);
  rmSync(copy, { recursive: true, force: true });
  cpSync(repo, copy, { recursive: true });
  return copy;
}

/**
 * The same rows on every machine: all values are hashes of the number of the row. Times lie in January 2026, and no
 * two of an entity are equal while there are at most a million rows: Feast has no rule for such a pair.
 */
async function writeEvents(file: string, { rows, entities }: SourceSize): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const random = (salt: number, below: number): string => `(hash(i * 31 + ${salt}) % ${below})`;
  try {
    await connection.run(`SET preserve_insertion_order = true`);
    await connection.run(`COPY (
      SELECT
        (i * 7919) % ${entities} AS user_id,
        make_timestamptz(1767225600000000 + CAST(${random(1, 31 * 86_400)} AS BIGINT) * 1000000 + i % 1000000) AS event_timestamp,
        CAST(${random(2, 1_000_000)} / 1000.0 AS FLOAT) AS float_0,
        CAST(${random(3, 1_000_000)} / 7.0 AS FLOAT) AS float_1,
        CAST(${random(4, 1_000_000_000)} / 13.0 AS DOUBLE) AS double_0,
        CAST(${random(5, 1_000_000_000)} / 17.0 AS DOUBLE) AS double_1,
        CAST(${random(6, 1_000)} AS BIGINT) AS int_0,
        CAST(${random(7, 1_000_000)} AS BIGINT) AS int_1,
        CAST(${random(8, 1_000_000_000_000)} AS BIGINT) AS int_2,
        'segment ' || ${random(9, 50)} AS text_0,
        'naïve café ' || hash(i * 31 + 10) AS text_1,
        ${random(11, 2)} = 1 AS flag_0
      FROM range(${rows}) AS rows(i)
    ) TO '${file.replaceAll("'", "''")}' (FORMAT parquet)`);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
