import type { TransactionWatch } from '../sqlite-transactions.js';
import type { SqliteWriteConnection } from '../sqlite-write-connection.js';
import { isSameFile } from './file-state.js';
import type { NoticeLog } from './notice-log.js';

/**
 * Tells what each transaction of a writer changed, as soon as it is committed and before anybody hears of it.
 *
 * A notice says which state of the file led to which. It is left out when that is not certain: when others
 * committed something meanwhile, or hold the file.
 */
export class CommitNotices implements TransactionWatch {
  private readonly keys = new Map<string, Uint8Array[]>();
  private from: string | undefined;
  private foreignVersion: unknown;

  constructor(private readonly log: Pick<NoticeLog, 'append' | 'close'>) {}

  /** These entities are about to be stored, or may be. */
  touch(table: string, keys: readonly Uint8Array[]): void {
    const name = table.toLowerCase();
    const known = this.keys.get(name);
    if (known === undefined) this.keys.set(name, [...keys]);
    else for (const key of keys) known.push(key);
  }

  begun(connection: SqliteWriteConnection): void {
    this.keys.clear();
    this.from = connection.state();
    this.foreignVersion = connection.foreignVersion();
  }

  committed(connection: SqliteWriteConnection): void {
    const { from, keys } = this;
    const to = from === undefined ? undefined : this.stateAfter(connection);
    if (from === undefined || to === undefined) return;
    // Rows that were stored as they were leave the file as it was.
    if (from !== to && isSameFile(from, to)) this.log.append({ from, to, keys });
  }

  close(): void {
    this.log.close();
  }

  /** Undefined when others may have committed something since. */
  private stateAfter(connection: SqliteWriteConnection): string | undefined {
    try {
      connection.begin('DEFERRED');
      // It takes the lock with which nobody can write.
      return connection.foreignVersion() === this.foreignVersion ? connection.state() : undefined;
    } catch {
      return undefined;
    } finally {
      connection.rollback();
    }
  }
}
