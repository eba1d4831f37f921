import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DuckDBInstance, type DuckDBConnection } from '@duckdb/node-api';

/** A folder of parquet files that a test writes with SQL. */
export class ParquetFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'salver-parquet-'));
  private instance: DuckDBInstance | undefined;
  private connection: DuckDBConnection | undefined;

  /** `query` selects the rows of the file; folders on the way are made. */
  async write(file: string, query: string, options = ''): Promise<void> {
    const path = join(this.path, file);
    mkdirSync(dirname(path), { recursive: true });
    this.instance ??= await DuckDBInstance.create(':memory:', { threads: '1' });
    this.connection ??= await this.instance.connect();
    await this.connection.run("SET TimeZone = 'UTC'");
    await this.connection.run(
      `COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet${options})`,
    );
  }

  remove(): void {
    this.connection?.closeSync();
    this.instance?.closeSync();
    rmSync(this.path, { recursive: true, force: true });
  }
}
