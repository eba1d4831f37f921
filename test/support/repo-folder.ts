import { cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Ended, salver } from './salver-process.ts';
import { CHECKOUT } from './servers.ts';

export const RECORDED_REPO = join(CHECKOUT, 'test/fixtures/conformance/repos/drivers-sqlite');

export const FEATURES = `import { days, entity, featureView, fileSource, float32, int64, string } from 'salver';

export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
export const stats = fileSource({ name: 'stats_source', path: 'data/driver_stats.parquet', timestampField: 'event_timestamp' });
export const hourly = featureView({ name: 'hourly', entities: [driver], ttl: days(1), schema: { conv_rate: float32 }, source: stats, online: true });
export const other = featureView({ name: 'other', entities: [driver], schema: { acc_rate: float32 }, source: stats, online: true });
`;
export const WITHOUT_OTHER = FEATURES.replace(/export const other.*\n/, '');

/** A repo of two views, and the real command line on it. */
export class RepoFolder {
  constructor(readonly path: string) {
    mkdirSync(join(path, 'data'), { recursive: true });
    cpSync(join(RECORDED_REPO, 'data/driver_stats.parquet'), join(path, 'data/driver_stats.parquet'));
    this.configure('shop');
    this.write('features.ts', FEATURES);
  }

  configure(project: string): void {
    const stores = 'online_store:\n  type: sqlite\n  path: data/online.db\noffline_store:\n  type: file\n';
    const head = `project: ${project}\nprovider: local\nregistry: data/registry.db\n`;
    this.write('feature_store.yaml', `${head}${stores}entity_key_serialization_version: 3\n`);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  run(...words: readonly string[]): Promise<Ended> {
    return salver(['-c', this.path, ...words]);
  }

  /** What it printed. Errors: Error with that when it did not end with 0. */
  async runWell(...words: readonly string[]): Promise<string> {
    const { code, output } = await this.run(...words);
    if (code !== 0) throw new Error(`salver ${words.join(' ')} ended with ${code}:\n${output}`);
    return output;
  }

  /** Names of the tables of the store; empty when it is not there. */
  tables(): readonly string[] {
    const path = join(this.path, 'data/online.db');
    if (!existsSync(path)) return [];
    const sql = "SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name";
    return this.#inStore((database) =>
      database
        .prepare(sql)
        .all()
        .map((row) => String(row['name'])),
    );
  }

  addRow(table: string): void {
    const sql = `INSERT INTO "${table}" (entity_key, feature_name, value) VALUES (x'01', 'a', x'2007')`;
    this.#inStore((database) => database.exec(sql));
  }

  registry(): Buffer {
    return readFileSync(join(this.path, 'data/registry.db'));
  }

  #inStore<T>(work: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(join(this.path, 'data/online.db'));
    try {
      return work(database);
    } finally {
      database.close();
    }
  }
}
