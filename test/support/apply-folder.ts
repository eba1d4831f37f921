import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Deadline } from '../../src/common/model/deadline.js';
import type { Registry } from '../../src/generated/feast/core/Registry_pb.js';
import type { DesiredRegistry } from '../../src/modules/definitions/desired-registry.js';
import {
  type ApplyPlan,
  type ApplyTarget,
  planApply,
} from '../../src/modules/definitions/planning/apply-plan.js';
import { runApply } from '../../src/modules/definitions/planning/apply-run.js';
import { DropJournal } from '../../src/modules/definitions/planning/drop-journal.js';
import type { OnlineStoreTables } from '../../src/modules/online-store/online-store-tables.js';
import { createOnlineStoreTables } from '../../src/modules/online-store/online-store-tables-factory.js';
import { RegistryDocument } from '../../src/modules/registry/registry-document.js';
import { createRegistrySource } from '../../src/modules/registry/registry-source-factory.js';

const LIMIT_MS = 10_000;

/** A folder with a registry file and a SQLite store, on which plans are made and done. */
export class ApplyFolder {
  readonly path: string;
  readonly registryPath: string;
  readonly #opened: { close(): Promise<void> }[] = [];

  private constructor(path: string) {
    this.path = path;
    this.registryPath = join(path, 'registry.db');
  }

  static make(): ApplyFolder {
    return new ApplyFolder(realpathSync(mkdtempSync(join(tmpdir(), 'salver-apply-'))));
  }

  storePath(name = 'online.db'): string {
    return join(this.path, name);
  }

  /** As a command opens it: the registry, and a store of this name. */
  target(
    project: string,
    options: { store?: string; versioning?: boolean; noPromote?: boolean } = {},
  ): ApplyTarget {
    const path = this.storePath(options.store);
    mkdirSync(join(path, '..'), { recursive: true });
    const registry = createRegistrySource(fileRegistry(this.registryPath));
    const tables = createOnlineStoreTables({
      onlineStore: {
        type: 'sqlite',
        path,
        writtenPath: path,
        vectorEnabled: false,
        similarity: null,
        textSearchEnabled: false,
        enableOpenaiCompatibleStore: false,
      },
      entityKeySerializationVersion: 3,
    });
    this.#opened.push(registry, tables);
    return {
      registry,
      tables,
      journal: new DropJournal(registry.location, project, tables.location),
      options: {
        noPromote: options.noPromote ?? false,
        versioning: options.versioning ?? false,
        layout: { nameOf: (view) => tables.nameOf(view), sqlitePath: path },
      },
    };
  }

  /** A whole apply, as if everything was confirmed. */
  async apply(desired: DesiredRegistry, target = this.target(desired.projectName)): Promise<ApplyPlan> {
    const plan = await planApply(target, desired, this.deadline());
    await runApply(target, desired, plan, this.deadline());
    return plan;
  }

  deadline(): Deadline {
    return Deadline.after(LIMIT_MS);
  }

  registry(): Registry {
    return RegistryDocument.decode(this.registryBytes()).registry;
  }

  registryBytes(): Uint8Array {
    return readFileSync(this.registryPath);
  }

  /** Names of the tables of a store; empty when it is not there. */
  tables(store?: string): readonly string[] {
    const path = this.storePath(store);
    if (!existsSync(path)) return [];
    return this.#with(path, (database) =>
      database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .all()
        .map((row) => String(row['name'])),
    );
  }

  addRow(table: string, store?: string): void {
    this.#with(this.storePath(store), (database) =>
      database.exec(
        `INSERT INTO "${table}" (entity_key, feature_name, value) VALUES (x'01', 'trips', x'2007')`,
      ),
    );
  }

  rows(table: string, store?: string): number {
    return this.#with(this.storePath(store), (database) =>
      Number(database.prepare(`SELECT count(*) AS n FROM "${table}"`).get()?.['n']),
    );
  }

  async remove(): Promise<void> {
    for (const opened of this.#opened) await opened.close();
    rmSync(this.path, { recursive: true });
  }

  #with<T>(path: string, work: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(path);
    try {
      return work(database);
    } finally {
      database.close();
    }
  }
}

/** Tables of which one operation fails, as when a process dies just there. */
export function failingTables(tables: OnlineStoreTables, operation: 'create' | 'drop'): OnlineStoreTables {
  return new Proxy(tables, {
    get(target, name) {
      if (name === operation) return () => Promise.reject(new Error(`died at ${operation}`));
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function fileRegistry(path: string): Parameters<typeof createRegistrySource>[0] {
  return {
    type: 'file',
    store: 'file',
    path,
    cacheTtlSeconds: 600,
    cacheMode: 'sync',
    purgeFeastMetadata: false,
    enableOnlineFeatureViewVersioning: false,
    s3AdditionalKwargs: null,
    mcpEnabled: false,
  };
}
