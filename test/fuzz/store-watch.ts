import { DatabaseSync } from 'node:sqlite';

/** Sees whether anybody wrote to a SQLite file. */
export class StoreWatch {
  private readonly database: DatabaseSync;
  private seen: number;

  constructor(path: string) {
    this.database = new DatabaseSync(path, { readOnly: true });
    this.seen = this.version();
  }

  /** Whether a transaction that changed the file was committed since the last look. */
  wasWritten(): boolean {
    const before = this.seen;
    this.seen = this.version();
    return this.seen !== before;
  }

  close(): void {
    this.database.close();
  }

  private version(): number {
    return Number(this.database.prepare('PRAGMA data_version').get()?.['data_version']);
  }
}
