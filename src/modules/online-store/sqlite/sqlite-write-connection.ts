import { closeSync, mkdirSync, openSync, rmSync } from 'node:fs';
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { UnavailableError } from '../../../common/errors/errors.js';
import { fileState } from './notices/file-state.js';
import { assertUtf8, fileIdentity } from './sqlite-file.js';

export type SqliteJournalMode = 'keep' | 'wal';

/** Reads only, keeps other writers out, or other writers and (unless the file is in WAL mode) readers. */
export type SqliteTransactionKind = 'DEFERRED' | 'IMMEDIATE' | 'EXCLUSIVE';

export interface SqliteWriteOptions {
  readonly path: string;
  /** `keep`: as the file is, rollback mode in a new one. `wal`: the file is put into WAL mode, for good. */
  readonly journalMode: SqliteJournalMode;
}

/** Memory for pages of the file. */
const CACHE_BYTES = 64 << 20;
/** A transaction that has changed more goes to the file before its end, and readers have to wait for it. */
const SPILL_BYTES = 256 << 20;
const MAX_STATEMENTS = 64;

/**
 * The connection of a writer to one file, opened when it is needed and again when the file was replaced.
 *
 * It never waits: what is locked fails at once with SQLite's own exception. What is committed is on the disk
 * (`synchronous=EXTRA`: with less, the rollback journal, whose removal is the commit, may be there again after a power
 * failure, and what was committed is rolled back). Opening rolls back what a killed writer left behind.
 */
export class SqliteWriteConnection {
  private database: DatabaseSync | undefined;
  private identity: string | undefined;
  private readonly statements = new Map<string, StatementSync>();

  constructor(private readonly options: SqliteWriteOptions) {}

  get isOpen(): boolean {
    return this.database !== undefined;
  }

  /** The path names another file than the open one, or none. */
  isReplaced(): boolean {
    return fileIdentity(this.options.path) !== this.identity;
  }

  /** In a transaction, before it changes anything: what the file holds. See `fileState`. */
  state(): string | undefined {
    return this.identity === undefined ? undefined : fileState(this.options.path, this.identity);
  }

  /** Another number whenever others have committed something since. */
  foreignVersion(): unknown {
    return this.all('PRAGMA data_version')[0]?.[0];
  }

  /** Errors: UnavailableError when the file cannot be made; else what SQLite throws. */
  begin(kind: SqliteTransactionKind): void {
    // Before, because a file that is gone must not be locked: the journal beside the path is that of its successor.
    if (this.database && this.isReplaced()) this.close();
    if (!this.database) this.open();
    this.exec(`BEGIN ${kind}`);
    if (!this.isReplaced()) return;
    this.close();
    this.begin(kind);
  }

  /** When it is busy the transaction stays open: it can be tried again. */
  commit(): void {
    this.exec('COMMIT');
  }

  /** Ends what is under way after a failure; nothing when nothing is. */
  rollback(): void {
    if (!this.database?.isTransaction) return;
    try {
      this.exec('ROLLBACK');
    } catch {
      // Closing ends it too, and the next transaction begins anew.
      this.close();
    }
  }

  exec(sql: string): void {
    this.opened.exec(sql);
  }

  /** All rows of a statement, as arrays. */
  all(sql: string, ...parameters: SQLInputValue[]): unknown[][] {
    const statement = this.statement(sql);
    statement.setReturnArrays(true);
    const rows: unknown = statement.all(...parameters);
    return rows as unknown[][];
  }

  /** The statement, which is kept prepared. */
  statement(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) return known;
    const statement = this.opened.prepare(sql);
    if (this.statements.size >= MAX_STATEMENTS) this.statements.clear();
    this.statements.set(sql, statement);
    return statement;
  }

  /**
   * Takes the name of the file away. Its log goes first: beside a new file it would be taken for its own.
   *
   * Errors: UnavailableError.
   */
  unlink(): void {
    const { path } = this.options;
    try {
      for (const name of [`${path}-wal`, `${path}-shm`, path]) rmSync(name, { force: true });
    } catch (error) {
      throw new UnavailableError(`the file of the online store cannot be removed: ${reasonOf(error)}`, {
        cause: error,
      });
    }
  }

  close(): void {
    this.statements.clear();
    this.database?.close();
    this.database = undefined;
  }

  private get opened(): DatabaseSync {
    if (!this.database) throw new UnavailableError('the online store is closed');
    return this.database;
  }

  private open(): void {
    const { path, journalMode } = this.options;
    // Looked at before opening: when the file is replaced in between, the next look sees a difference.
    this.identity = fileIdentity(path) ?? createFile(path);
    const url = pathToFileURL(path);
    url.searchParams.set('mode', 'rw');
    const database = new DatabaseSync(url, { timeout: 0 });
    try {
      database.exec(
        `PRAGMA synchronous=EXTRA; PRAGMA cache_size=-${CACHE_BYTES / 1024}; ` +
          `PRAGMA cache_spill=-${SPILL_BYTES / 1024}`,
      );
      assertUtf8(database);
      if (journalMode === 'wal') switchToWal(database);
    } catch (error) {
      database.close();
      throw error;
    }
    this.database = database;
  }
}

function createFile(path: string): string | undefined {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a'));
  } catch (error) {
    throw new UnavailableError(`the file of the online store cannot be made: ${reasonOf(error)}`, {
      cause: error,
    });
  }
  return fileIdentity(path);
}

function switchToWal(database: DatabaseSync): void {
  const mode = database.prepare('PRAGMA journal_mode=WAL').get()?.['journal_mode'];
  if (mode !== 'wal') {
    throw new UnavailableError(
      `the online store cannot be put into WAL mode (sqlite.journal_mode): it stays in mode ${String(mode)}`,
    );
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
