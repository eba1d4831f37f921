import { DatabaseSync } from 'node:sqlite';
import type { StoredRow, StoredView } from './stored-rows.js';

/** A file as Feast makes and fills it, by plain SQL (spec/online-store-sqlite.md). The process must run with TZ=UTC. */
export class FeastSqliteFile {
  private readonly database: DatabaseSync;

  constructor(path: string) {
    this.database = new DatabaseSync(path);
    // What is tested is how files are read, not what a power cut does to them.
    this.database.exec('PRAGMA synchronous=OFF');
  }

  exec(sql: string): void {
    this.database.exec(sql);
  }

  createView(view: StoredView): void {
    const table = tableOf(view);
    this.database.exec(
      `CREATE TABLE IF NOT EXISTS ${quote(table)} (
        entity_key BLOB, feature_name TEXT, value BLOB, value_text TEXT, vector_value BLOB,
        event_ts timestamp, created_ts timestamp, PRIMARY KEY(entity_key, feature_name))`,
    );
    this.database.exec(`CREATE INDEX IF NOT EXISTS ${quote(`${table}_ek`)} ON ${quote(table)} (entity_key)`);
  }

  /** Creates the tables that are missing; one transaction for all rows. */
  write(rows: readonly StoredRow[]): void {
    this.database.exec('BEGIN');
    for (const row of rows) {
      this.createView(row);
      this.upsert(row);
    }
    this.database.exec('COMMIT');
  }

  close(): void {
    this.database.close();
  }

  private upsert(row: StoredRow): void {
    const insert = this.database.prepare(
      `INSERT INTO ${quote(tableOf(row))} (entity_key, feature_name, value, event_ts) VALUES (?, ?, ?, ?)
       ON CONFLICT(entity_key, feature_name) DO UPDATE SET value = excluded.value, event_ts = excluded.event_ts`,
    );
    const seconds = BigInt(Math.trunc(row.eventTimeMicros / 1_000_000));
    for (const [feature, value] of row.values) {
      insert.run(row.entityKey, feature, value ?? new Uint8Array(), seconds);
    }
  }
}

export function tableOf({ project, viewName, version }: StoredView): string {
  return version > 0 ? `${project}_${viewName}_v${version}` : `${project}_${viewName}`;
}

export function quote(name: string): string {
  return '"' + name.split('"').join('""') + '"';
}
