import type { DatabaseSync } from 'node:sqlite';
import { assertUtf8, fileIdentity, openFile } from '../sqlite-file.js';

export interface SearchConnectionOptions {
  readonly path: string;
  /** Where sqlite-vec lies, to be loaded; undefined to do without. */
  readonly extensionPath: string | undefined;
}

/**
 * The connection of the thread that searches: it waits for locks itself, as nobody else uses the thread. It is opened for
 * writing for the same reason as that of reads, and `query_only` keeps it from anything else.
 */
export class SearchConnection {
  private database: DatabaseSync | undefined;
  private identity: string | undefined;
  private dataVersion: unknown;
  /** Grows whenever the file may hold something else than before. */
  generation = 0;
  hasExtension = false;

  constructor(private readonly options: SearchConnectionOptions) {}

  get isOpen(): boolean {
    return this.database !== undefined;
  }

  /**
   * Runs something that sees the file at one moment.
   *
   * Errors: UnavailableError when there is no file, else what SQLite throws (a file that is locked longer than `waitMs`
   *         too).
   */
  read<T>(waitMs: number, work: (database: DatabaseSync) => T): T {
    if (this.database && fileIdentity(this.options.path) !== this.identity) this.close();
    const database = this.database ?? this.open();
    database.exec(`PRAGMA busy_timeout=${Math.max(1, Math.ceil(waitMs))}`);
    database.exec('BEGIN');
    try {
      // Reading it begins the transaction: what follows sees this version.
      const version = database.prepare('PRAGMA data_version').get()?.['data_version'];
      if (version !== this.dataVersion) this.generation++;
      this.dataVersion = version;
      return work(database);
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  }

  close(): void {
    this.database?.close();
    this.database = undefined;
    this.dataVersion = undefined;
    this.generation++;
  }

  private open(): DatabaseSync {
    const { path, extensionPath } = this.options;
    const { database, identity } = openFile(path, { allowExtension: extensionPath !== undefined });
    this.identity = identity;
    try {
      if (extensionPath !== undefined) this.loadExtension(database, extensionPath);
      database.exec('PRAGMA query_only=1');
      assertUtf8(database);
    } catch (error) {
      database.close();
      throw error;
    }
    this.database = database;
    return database;
  }

  /** Where it cannot be loaded, all is done without it: the answers are the same. */
  private loadExtension(database: DatabaseSync, extensionPath: string): void {
    try {
      database.loadExtension(extensionPath);
      this.hasExtension = true;
    } catch {
      this.hasExtension = false;
    }
    // Nobody may load anything else later.
    database.enableLoadExtension(false);
  }
}
