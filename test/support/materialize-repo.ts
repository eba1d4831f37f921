import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { DuckDBInstance } from '@duckdb/node-api';
import { Deadline } from '../../src/common/model/deadline.js';
import type { FeatureView } from '../../src/common/model/feature-view.js';
import type { Registry } from '../../src/generated/feast/core/Registry_pb.js';
import type { LeaseHolder } from '../../src/modules/materialization/view-lease.js';
import { FileRegistrySource } from '../../src/modules/registry/file/file-registry-source.js';
import { changeRegistry } from '../../src/modules/registry/registry-change.js';
import { decodeRegistry } from '../../src/modules/registry/registry.codec.js';
import { type Ended, salver, SalverProcess } from './salver-process.js';
import { CHECKOUT } from './servers.js';

const PROJECT = 'drivers';
const CHANGE_LIMIT_MS = 60_000;

/** A row of a table of Feast's, in hexadecimal where it is bytes. */
export interface StoredCell {
  readonly key: string;
  readonly feature: string;
  readonly value: string;
  readonly text: string | null;
  readonly eventTime: number;
  readonly createdTime: number | null;
}

/** A recorded line of `materialize.json`: what Feast loaded. */
export interface RecordedRun {
  readonly start: string;
  readonly end: string;
  readonly feature_views: readonly string[];
}

/** A copy of a recorded repo, to materialize in. */
export class MaterializeRepo implements Disposable {
  readonly path = mkdtempSync(join(tmpdir(), 'salver-materialize-'));

  constructor(readonly name: 'drivers-sqlite' | 'drivers-redis' | 'odfv-sqlite') {
    cpSync(join(CHECKOUT, 'test/fixtures/conformance/repos', name), this.path, { recursive: true });
  }

  get runs(): readonly RecordedRun[] {
    return JSON.parse(this.read('materialize.json').toString()) as readonly RecordedRun[];
  }

  read(file: string): Buffer {
    return readFileSync(join(this.path, file));
  }

  /** Puts `after` in the place of `before` in feature_store.yaml, or at its end. */
  configure(after: string, before?: string): void {
    const text = this.read('feature_store.yaml').toString();
    if (before !== undefined && !text.includes(before)) throw new Error(`no ${before} in ${text}`);
    const changed = before === undefined ? `${text}${after}` : text.replace(before, after);
    writeFileSync(join(this.path, 'feature_store.yaml'), changed);
  }

  /** Takes the rows away, and leaves the tables. */
  emptyOnlineStore(): void {
    this.withStore((database) => {
      for (const { name } of database.prepare("SELECT name FROM sqlite_master WHERE type = 'table'").all()) {
        database.exec(`DELETE FROM "${String(name)}"`);
      }
    });
  }

  /** What is stored of a view, by key and feature. */
  cells(view: string): readonly StoredCell[] {
    return this.withStore((database) =>
      database
        .prepare(
          `SELECT hex(entity_key) AS key, feature_name AS feature, hex(value) AS value, value_text AS text,
             event_ts AS eventTime, created_ts AS createdTime
           FROM "${PROJECT}_${view}" ORDER BY entity_key, feature_name`,
        )
        .all()
        .map((row) => ({ ...row }) as unknown as StoredCell),
    );
  }

  countCells(view: string): number {
    return this.withStore((database) =>
      Number(database.prepare(`SELECT count(*) AS n FROM "${PROJECT}_${view}"`).get()?.['n']),
    );
  }

  registered(view: string): FeatureView {
    const { featureViews, streamFeatureViews } = decodeRegistry(this.read('data/registry.db'), PROJECT);
    const found = featureViews.get(view) ?? streamFeatureViews.get(view);
    if (found === undefined) throw new Error(`${view} is not registered`);
    return found;
  }

  /** Who loads a view at this moment. */
  leaseHolder(view: string): LeaseHolder | undefined {
    try {
      return JSON.parse(
        this.read(`data/registry.db.leases/${PROJECT}.${view}.json`).toString(),
      ) as LeaseHolder;
    } catch {
      return undefined;
    }
  }

  async changeRegistry(change: (registry: Registry) => void): Promise<void> {
    const source = new FileRegistrySource(join(this.path, 'data/registry.db'));
    await changeRegistry(source, change, Deadline.after(CHANGE_LIMIT_MS));
  }

  /** A table for `incremental_stats`: entities 0 … `entities` - 1, of each `history` rows an hour apart. */
  async makeLargeTable(entities: number, history: number): Promise<void> {
    const instance = await DuckDBInstance.create();
    const connection = await instance.connect();
    await connection.run(
      `COPY (SELECT id AS driver_id, TIMESTAMPTZ '2026-01-08 00:00:00+00' + INTERVAL (hour) HOUR AS event_timestamp,
                    id * 10 + hour AS counter
             FROM range(${history}) hours(hour), range(${entities}) ids(id))
       TO '${join(this.path, 'data/incremental.parquet')}' (FORMAT parquet)`,
    );
    connection.closeSync();
    instance.closeSync();
  }

  /** Runs a command of the real command line to its end. */
  run(...args: readonly string[]): Promise<Ended> {
    return salver(['-c', this.path, ...args]);
  }

  start(...args: readonly string[]): SalverProcess {
    return new SalverProcess(['-c', this.path, ...args]);
  }

  [Symbol.dispose](): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private withStore<T>(work: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(join(this.path, 'data/online_store.db'), { timeout: 5000 });
    try {
      return work(database);
    } finally {
      database.close();
    }
  }
}

/** The cells of a view in a recorded dump of SQLite tables. */
export function dumpedCells(dumpFile: Buffer, view: string): readonly StoredCell[] {
  type Base64 = { readonly b64: string } | null;
  type Row = readonly [Base64, string, Base64, string | null, unknown, number, number | null];
  const tables = JSON.parse(dumpFile.toString()) as Record<string, { rows: readonly Row[] }>;
  const hex = (cell: Base64): string =>
    Buffer.from(cell?.b64 ?? '', 'base64')
      .toString('hex')
      .toUpperCase();
  return (tables[`${PROJECT}_${view}`]?.rows ?? [])
    .map(([key, feature, value, text, , eventTime, createdTime]) => ({
      key: hex(key),
      feature,
      value: hex(value),
      text,
      eventTime,
      createdTime,
    }))
    .toSorted((left, right) => (`${left.key} ${left.feature}` < `${right.key} ${right.feature}` ? -1 : 1));
}
