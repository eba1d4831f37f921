import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { TEMPLATES_DIRECTORY, type TemplateName } from './template.js';

const DATA_FILE = 'data.sql';
const HOUR_MS = 3_600_000;
/** Rows are written some minutes after they happened, and that is not to be in the future. */
const WRITTEN_AFTER_MS = 300_000;

/**
 * Makes the history of a template: a Parquet file in `data` for each table of its `data.sql`. The values are the same
 * every time; the newest rows happened at the last full hour.
 *
 * Returns the paths, relative to the repo.
 */
export async function writeTemplateData(
  template: TemplateName,
  repoDir: string,
  now: Date,
): Promise<readonly string[]> {
  mkdirSync(join(repoDir, 'data'), { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const lastHourUs = Math.floor((now.getTime() - WRITTEN_AFTER_MS) / HOUR_MS) * HOUR_MS * 1000;
    await connection.run(`SET TimeZone = 'UTC'; SET VARIABLE last_hour = make_timestamp(${lastHourUs})`);
    await connection.run(readFileSync(join(TEMPLATES_DIRECTORY, template, DATA_FILE), 'utf8'));
    const tables = await connection.runAndReadAll(
      'SELECT table_name FROM duckdb_tables() ORDER BY table_name',
    );
    const names = tables.getColumns()[0] as string[];
    const paths = names.map((name) => `data/${name}.parquet`);
    for (const [index, name] of names.entries()) {
      const file = join(repoDir, paths[index] as string).replaceAll("'", "''");
      await connection.run(`COPY "${name}" TO '${file}' (FORMAT parquet)`);
    }
    return paths;
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
