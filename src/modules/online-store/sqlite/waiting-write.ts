import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteOutcome } from '../../../common/model/write-batch.js';
import type { SqliteBatch } from './sqlite-batch.js';

/** A batch that is to be stored, and who waits for it. */
export class WaitingWrite {
  readonly outcome: Promise<WriteOutcome>;
  /** Looks up what is stored before each row. */
  looksFirst = false;
  /** Others that came later were stored before it. */
  wasPassedOver = false;
  hasEnded = false;
  private hasBegun = false;
  private readonly timer: NodeJS.Timeout;
  private resolve!: (outcome: WriteOutcome) => void;
  private reject!: (error: Error) => void;

  constructor(
    readonly rows: SqliteBatch,
    readonly deadline: Deadline,
    private readonly onTooLate: () => void,
  ) {
    this.outcome = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(() => this.tooLate(), Math.ceil(deadline.remainingMs()));
  }

  /** Rows of SQLite. */
  get cells(): number {
    return this.rows.batch.keys.length * this.rows.batch.features.length;
  }

  /** `isLast`: its transaction ends with its deadline, and says what became of it. */
  begin(isLast: boolean): void {
    this.hasBegun = true;
    if (isLast) clearTimeout(this.timer);
  }

  end(how: WriteOutcome | Error): void {
    if (this.hasEnded) return;
    this.hasEnded = true;
    clearTimeout(this.timer);
    if (how instanceof Error) this.reject(how);
    else this.resolve(how);
  }

  private tooLate(): void {
    this.end(
      new UnavailableError(
        this.hasBegun
          ? 'the online store was busy until the time was up; the rows may have been stored or not'
          : 'the online store was busy with other writes until the time was up; nothing was stored',
      ),
    );
    this.onTooLate();
  }
}
