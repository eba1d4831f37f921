import { FeatureServerError, UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteOutcome } from '../../../common/model/write-batch.js';
import type { SqliteBatch } from './sqlite-batch.js';
import { PartlyStoredError } from './sqlite-row-writer.js';
import type { SqliteTransactions } from './sqlite-transactions.js';
import { WaitingWrites } from './sqlite-waiting-writes.js';
import type { SqliteWriteConnection } from './sqlite-write-connection.js';
import { WaitingWrite } from './waiting-write.js';

/** What was stored together. */
export interface CommittedGroup {
  readonly writes: number;
  /** Of the whole transaction. */
  readonly durationMs: number;
}

/** How the rows of one batch are stored in the transaction that is open. */
export interface BatchStore {
  /** A transaction begins, or a part of it was taken back: what was known of tables does not hold any more. */
  forget(): void;
  /** Errors: PartlyStoredError, unless `looksFirst`. */
  store(connection: SqliteWriteConnection, write: WaitingWrite): Promise<WriteOutcome>;
}

/** A batch of a group failed: the transaction was rolled back, and is done again with a savepoint for each. */
class OneFailedError extends Error {}

/**
 * Stores what comes while a transaction is under way together in the next one: to bring a transaction to the disk
 * takes as long for a hundred batches as for one.
 *
 * Shape:  each batch is stored as a whole or not at all, and answered after the commit. One that fails takes none of
 *         the others with it.
 */
export class SqliteGroupCommit {
  private readonly waiting = new WaitingWrites();
  private isRunning = false;

  constructor(
    private readonly transactions: SqliteTransactions,
    private readonly batches: BatchStore,
    private readonly onCommit: (group: CommittedGroup) => void,
  ) {}

  /** Errors: those of `SqliteTransactions.run`, and of the batch. */
  write(rows: SqliteBatch, deadline: Deadline): Promise<WriteOutcome> {
    const write = new WaitingWrite(rows, deadline, () => this.waiting.remove(write));
    this.waiting.add(write);
    if (!this.isRunning) void this.run();
    return write.outcome;
  }

  /** Never rejects: what goes wrong is told to those who wait. */
  private async run(): Promise<void> {
    this.isRunning = true;
    for (let group = this.waiting.take(); group.length > 0; group = this.waiting.take()) {
      await this.commit(group);
    }
    this.isRunning = false;
  }

  /** `isGuarded`: each batch in a savepoint, which has its price: SQLite keeps what the pages were before it. */
  private async commit(group: readonly WaitingWrite[], isGuarded = false): Promise<void> {
    const last = group.reduce((a, b) => (a.deadline.remainingMs() > b.deadline.remainingMs() ? a : b));
    for (const write of group) write.begin(write === last);
    const startedMs = performance.now();
    try {
      const ends = await this.transactions.run(last.deadline, (connection) =>
        this.storeAll(connection, group, isGuarded),
      );
      this.onCommit({ writes: group.length, durationMs: performance.now() - startedMs });
      group.forEach((write, index) => write.end(ends[index] as WriteOutcome | Error));
    } catch (error) {
      await this.afterFailure(group, error);
    }
  }

  private async afterFailure(group: readonly WaitingWrite[], error: unknown): Promise<void> {
    const [first] = group as [WaitingWrite];
    if (error instanceof OneFailedError) {
      await this.commit(group, true);
    } else if (group.length > 1) {
      // Whoever it was (the disk may be too full for one and not for the others): each has a transaction of its own.
      for (const write of group) if (!write.hasEnded) await this.commit([write]);
    } else if (error instanceof PartlyStoredError) {
      first.looksFirst = true;
      await this.commit(group);
    } else first.end(error instanceof Error ? error : new Error(String(error)));
  }

  private async storeAll(
    connection: SqliteWriteConnection,
    group: readonly WaitingWrite[],
    isGuarded: boolean,
  ): Promise<(WriteOutcome | Error)[]> {
    this.batches.forget();
    const [first] = group as [WaitingWrite];
    // What goes wrong takes back the transaction.
    if (group.length === 1) return [await this.batches.store(connection, first)];
    const ends: (WriteOutcome | Error)[] = [];
    for (const write of group) {
      if (write.hasEnded) ends.push(new UnavailableError('the time was up before anything was stored'));
      else if (isGuarded) ends.push(await this.storeGuarded(connection, write));
      else ends.push(await this.storeUnguarded(connection, write));
    }
    return ends;
  }

  private async storeUnguarded(
    connection: SqliteWriteConnection,
    write: WaitingWrite,
  ): Promise<WriteOutcome> {
    try {
      return await this.batches.store(connection, write);
    } catch (error) {
      if (error instanceof PartlyStoredError) write.looksFirst = true;
      else if (!isOfOneBatch(error)) throw error;
      throw new OneFailedError();
    }
  }

  private async storeGuarded(
    connection: SqliteWriteConnection,
    write: WaitingWrite,
  ): Promise<WriteOutcome | Error> {
    connection.statement('SAVEPOINT batch').run();
    try {
      const outcome = await this.batches.store(connection, write);
      connection.statement('RELEASE batch').run();
      return outcome;
    } catch (error) {
      const isPart = error instanceof PartlyStoredError;
      if (!isPart && !isOfOneBatch(error)) throw error;
      connection.statement('ROLLBACK TO batch').run();
      connection.statement('RELEASE batch').run();
      this.batches.forget();
      if (!isPart) return error;
      write.looksFirst = true;
      return this.storeGuarded(connection, write);
    }
  }
}

/** What SQLite itself throws may have ended the transaction, with all that is in it. */
function isOfOneBatch(error: unknown): error is FeatureServerError {
  return error instanceof FeatureServerError;
}
