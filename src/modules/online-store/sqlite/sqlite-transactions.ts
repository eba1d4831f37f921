import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import {
  CorruptDataError,
  type FeatureServerError,
  InvalidValueError,
  UnavailableError,
} from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { type SqliteFailure, sqliteFailure } from './sqlite-failure.js';
import { Turns } from './sqlite-turns.js';
import {
  type SqliteTransactionKind,
  SqliteWriteConnection,
  type SqliteWriteOptions,
} from './sqlite-write-connection.js';

const FIRST_RETRY_MS = 1;
const LONGEST_RETRY_MS = 10;

/** What is done in a transaction. It may be done again from the start, after what it did was rolled back. */
export type SqliteWork<T> = (connection: SqliteWriteConnection) => T | Promise<T>;

/** Sees the transactions of a writer. It never throws. */
export interface TransactionWatch {
  /** Nothing is written yet, and nobody else can write. */
  begun(connection: SqliteWriteConnection): void;
  committed(connection: SqliteWriteConnection): void;
}

/**
 * Transactions that write to one file, one after the other.
 *
 * A locked file is tried again after short sleeps until the deadline, so that the event loop never waits: other
 * writers lock it for a transaction, readers (unless it is in WAL mode) for a read.
 */
export class SqliteTransactions {
  private readonly connection: SqliteWriteConnection;
  private readonly turns = new Turns();
  private closed = false;

  constructor(
    options: SqliteWriteOptions,
    private readonly watch?: TransactionWatch,
  ) {
    this.connection = new SqliteWriteConnection(options);
  }

  /**
   * All that `work` does is stored durably when this resolves, and nothing of it when it rejects, except that the end
   * of the time during the commit, and a file that is replaced meanwhile, leave it open.
   *
   * Errors: UnavailableError (locked until the deadline, disk full, read-only, no database, replaced), CorruptDataError
   *         (damaged, or a table of another layout), and those of `work`.
   */
  run<T>(deadline: Deadline, work: SqliteWork<T>): Promise<T> {
    return this.inTurn(deadline, work, 'IMMEDIATE');
  }

  /** For work that only reads, and sees the file at one moment. Errors: as `run`. */
  read<T>(deadline: Deadline, work: SqliteWork<T>): Promise<T> {
    return this.inTurn(deadline, work, 'DEFERRED');
  }

  /**
   * Removes the file, while nobody else has it locked, when `isAllowed` says so. Processes that have it open go on with
   * a file that has no name any more.
   */
  async removeFile(deadline: Deadline, isAllowed: SqliteWork<boolean>): Promise<void> {
    await this.turns.take(deadline);
    const { connection } = this;
    try {
      await this.untilFree(deadline, () => connection.begin('EXCLUSIVE'));
      // Nothing is written in this transaction: it has no journal, which would be taken for that of a new file.
      if (await isAllowed(connection)) connection.unlink();
      connection.rollback();
    } catch (error) {
      throw writeError(error);
    } finally {
      connection.close();
      this.turns.give();
    }
  }

  async close(): Promise<void> {
    this.closed = true;
    await this.turns.take();
    this.connection.close();
    this.turns.give();
  }

  private async inTurn<T>(deadline: Deadline, work: SqliteWork<T>, kind: SqliteTransactionKind): Promise<T> {
    await this.turns.take(deadline);
    // A caller with one small batch after the other must not keep the process from everything else.
    await nextTurn();
    const wasOpen = this.connection.isOpen;
    try {
      return await this.transaction(deadline, work, kind).catch((error: unknown) => {
        if (!isBroken(error)) throw error;
        this.connection.close();
        if (!wasOpen) throw error;
        // The file may have been damaged and repaired since the connection was opened.
        return this.transaction(deadline, work, kind);
      });
    } catch (error) {
      throw writeError(error);
    } finally {
      this.turns.give();
    }
  }

  private async transaction<T>(
    deadline: Deadline,
    work: SqliteWork<T>,
    kind: SqliteTransactionKind,
  ): Promise<T> {
    const { connection } = this;
    const watch = kind === 'DEFERRED' ? undefined : this.watch;
    try {
      const result = await this.untilFree(deadline, () => {
        connection.rollback();
        connection.begin(kind);
        watch?.begun(connection);
        return work(connection);
      });
      await this.untilFree(deadline, () => connection.commit());
      if (connection.isReplaced()) throw replaced();
      watch?.committed(connection);
      return result;
    } catch (error) {
      connection.rollback();
      throw error;
    }
  }

  /** Does the step again while the file is locked. */
  private async untilFree<T>(deadline: Deadline, step: () => T | Promise<T>): Promise<T> {
    for (let pauseMs = FIRST_RETRY_MS; ; pauseMs = Math.min(2 * pauseMs, LONGEST_RETRY_MS)) {
      if (this.closed) throw new UnavailableError('the online store is closed');
      if (deadline.expired) throw lockedTooLong();
      try {
        return await step();
      } catch (error) {
        if (sqliteFailure(error)?.kind !== 'busy') throw error;
      }
      // Jitter keeps writers that met the same lock from trying at the same moments.
      await sleep(Math.min(pauseMs * (0.5 + Math.random() / 2), deadline.remainingMs()));
    }
  }
}

/** The connection is of no more use. */
function isBroken(error: unknown): boolean {
  const kind = sqliteFailure(error)?.kind;
  return kind === 'corrupt' || kind === 'unusable';
}

/** What an exception means to who wanted to write; those that are not SQLite's stay as they are. */
function writeError(error: unknown): unknown {
  const failure = sqliteFailure(error);
  return failure ? toError(failure, error) : error;
}

function toError({ kind, message }: SqliteFailure, cause: unknown): FeatureServerError {
  switch (kind) {
    case 'no-such-table':
    case 'layout':
      return new CorruptDataError(`a table of the online store has another layout: ${message}`, { cause });
    case 'corrupt':
      return new CorruptDataError(`the file of the online store is damaged: ${message}`, { cause });
    case 'too-big':
      return new InvalidValueError(`a value is too large for the online store: ${message}`, { cause });
    case 'busy':
      return lockedTooLong();
    case 'unusable':
      return new UnavailableError(`the online store cannot be written: ${message}`, { cause });
  }
}

function lockedTooLong(): UnavailableError {
  return new UnavailableError(
    'the online store was locked by others until the time was up; nothing was stored',
  );
}

function replaced(): UnavailableError {
  return new UnavailableError('the file of the online store was replaced while it was written: write again');
}
