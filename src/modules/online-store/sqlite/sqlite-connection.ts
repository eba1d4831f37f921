import { type DatabaseSync, type SQLInputValue, type SQLOutputValue, type StatementSync } from 'node:sqlite';
import { UnavailableError } from '../../../common/errors/errors.js';
import { assertUtf8, fileIdentity, openFile } from './sqlite-file.js';

export interface SqliteConnectionOptions {
  readonly path: string;
  /** Memory for pages of the file. */
  readonly cacheBytes: number;
  /** The most bytes that one value of a result may have. */
  readonly maxResultBytes: number;
  /** How often, at most, the path is asked whether it still names the file that is open. */
  readonly replacementCheckMs: number;
}

const MAX_STATEMENTS = 256;
/** Beyond the largest `data_version`. */
const VERSIONS = 2 ** 32;

/**
 * One connection to one file, for reading, opened when it is needed and again when the file was replaced.
 *
 * It never waits: what is locked fails at once with SQLite's own exception. It is opened for writing, because
 * the first reader after a writer was killed has to roll its journal back, and `query_only` keeps it from
 * anything else. Nothing else in the process may open and close the file: that would drop SQLite's locks.
 */
export class SqliteConnection {
  private database: DatabaseSync | undefined;
  private identity: string | undefined;
  private checkedAtMs = 0;
  private openings = 0;
  /** In the order of their last use. */
  private readonly statements = new Map<string, StatementSync>();

  constructor(private readonly options: SqliteConnectionOptions) {}

  get isOpen(): boolean {
    return this.database !== undefined;
  }

  /**
   * Makes the connection ready for a read: opens it, or opens it again when the path names another file now.
   *
   * Errors: UnavailableError when the file is not there; else what SQLite throws.
   */
  prepareForRead(): void {
    const nowMs = performance.now();
    if (this.database && nowMs - this.checkedAtMs < this.options.replacementCheckMs) return;
    this.checkedAtMs = nowMs;
    if (this.database && !this.isReplaced()) return;
    this.close();
    this.open();
  }

  /** The path names another file than the open one, or none. */
  isReplaced(): boolean {
    return fileIdentity(this.options.path) !== this.identity;
  }

  /** The only row of a statement, which is kept prepared. Its statement is finished when this returns. */
  get(sql: string, parameters: readonly SQLInputValue[]): SQLOutputValue[] {
    const row: unknown = this.statement(sql).get(...parameters);
    return row as SQLOutputValue[];
  }

  /**
   * Another number when anybody else has committed since it was asked last, or when the file is another one. Inside of a
   * transaction it is that of what the transaction sees.
   */
  dataVersion(): number {
    const [version] = this.get('PRAGMA data_version', []);
    return this.openings * VERSIONS + Number(version);
  }

  get inTransaction(): boolean {
    return this.database?.isTransaction ?? false;
  }

  /** Everything until `commit` sees the database at one moment. */
  begin(): void {
    this.database?.exec('BEGIN');
  }

  commit(): void {
    this.database?.exec('COMMIT');
  }

  /** Ends what is under way after a failure; nothing when nothing is. */
  rollback(): void {
    if (!this.database?.isTransaction) return;
    try {
      this.database.exec('ROLLBACK');
    } catch {
      // Closing ends it too, and the next read begins anew.
      this.close();
    }
  }

  close(): void {
    this.statements.clear();
    this.database?.close();
    this.database = undefined;
  }

  private open(): void {
    const { path, cacheBytes, maxResultBytes } = this.options;
    const { database, identity } = openFile(path, { timeout: 0, limits: { length: maxResultBytes } });
    this.identity = identity;
    try {
      database.exec(`PRAGMA query_only=1; PRAGMA cache_size=-${Math.ceil(cacheBytes / 1024)}`);
      assertUtf8(database);
    } catch (error) {
      database.close();
      throw error;
    }
    this.database = database;
    this.openings++;
  }

  private statement(sql: string): StatementSync {
    const known = this.statements.get(sql);
    if (known) {
      this.statements.delete(sql);
      this.statements.set(sql, known);
      return known;
    }
    if (!this.database) throw new UnavailableError('the online store is closed');
    const statement = this.database.prepare(sql);
    statement.setReturnArrays(true);
    if (this.statements.size >= MAX_STATEMENTS) {
      const [oldest] = this.statements.keys();
      if (oldest !== undefined) this.statements.delete(oldest);
    }
    this.statements.set(sql, statement);
    return statement;
  }
}
