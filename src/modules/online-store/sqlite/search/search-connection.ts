import type { DatabaseSync } from 'node:sqlite';
import { fileState } from '../notices/file-state.js';
import { NoticeReader } from '../notices/notice-reader.js';
import type { ChangedKeys } from '../notices/write-notice.codec.js';
import { assertUtf8, fileIdentity, openFile } from '../sqlite-file.js';
import { pause } from './pause.js';

export interface SearchConnectionOptions {
  readonly path: string;
  /** Where sqlite-vec lies, to be loaded; undefined to do without. */
  readonly extensionPath: string | undefined;
  /** Where the process that writes tells what it has changed; undefined when nobody does. */
  readonly noticePath: string | undefined;
}

const NO_CHANGES: ChangedKeys = new Map();

/* A notice comes some microseconds after what it is about. */
const NOTICE_LOOKS = 4;
const NOTICE_PAUSE_MS = 0.5;

/**
 * The connection of the thread that searches: it waits for locks itself, as nobody else uses the thread. It is opened for
 * writing for the same reason as that of reads, and `query_only` keeps it from anything else.
 */
export class SearchConnection {
  private database: DatabaseSync | undefined;
  private identity: string | undefined;
  private dataVersion: unknown;
  /** As of the last transaction. */
  private state: string | undefined;
  private readonly notices: NoticeReader | undefined;
  /** Grows whenever the file may hold something else than before, besides the changes that `read` tells. */
  generation = 0;
  hasExtension = false;

  constructor(private readonly options: SearchConnectionOptions) {
    const { noticePath } = options;
    this.notices = noticePath === undefined ? undefined : new NoticeReader(noticePath);
  }

  get isOpen(): boolean {
    return this.database !== undefined;
  }

  /**
   * Runs something that sees the file at one moment, and hears what changed since the last time.
   *
   * Errors: UnavailableError when there is no file, else what SQLite throws (a file that is locked longer than `waitMs`
   *         too).
   */
  read<T>(waitMs: number, work: (database: DatabaseSync, changed: ChangedKeys) => T): T {
    if (this.database && fileIdentity(this.options.path) !== this.identity) this.close();
    const database = this.database ?? this.open();
    database.exec(`PRAGMA busy_timeout=${Math.max(1, Math.ceil(waitMs))}`);
    database.exec('BEGIN');
    try {
      // Reading it begins the transaction: what follows sees this version.
      const version = database.prepare('PRAGMA data_version').get()?.['data_version'];
      const changed = version === this.dataVersion ? NO_CHANGES : this.changes();
      this.dataVersion = version;
      return work(database, changed);
    } finally {
      if (database.isTransaction) database.exec('ROLLBACK');
    }
  }

  close(): void {
    this.database?.close();
    this.database = undefined;
    this.dataVersion = undefined;
    this.state = undefined;
    this.generation++;
  }

  /** Within a transaction: nobody writes meanwhile. */
  private changes(): ChangedKeys {
    if (this.notices === undefined || this.identity === undefined) return this.unknownChanges();
    const from = this.state;
    const to = fileState(this.options.path, this.identity);
    this.state = to;
    const changed = from === undefined || to === undefined ? undefined : this.noticed(from, to);
    this.notices.forget();
    return changed ?? this.unknownChanges();
  }

  private noticed(from: string, to: string): ChangedKeys | undefined {
    for (let look = 1; ; look++) {
      const changed = this.notices?.changes(from, to);
      if (changed !== undefined || look === NOTICE_LOOKS) return changed;
      pause(NOTICE_PAUSE_MS);
    }
  }

  private unknownChanges(): ChangedKeys {
    this.generation++;
    return NO_CHANGES;
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
