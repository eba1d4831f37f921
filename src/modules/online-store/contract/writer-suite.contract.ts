import { readLines, readPlan } from '../../../../test/support/stored-rows.js';
import { soon, tripBatch, type TripRow } from '../../../../test/support/trip-rows.js';
import type { ViewRead } from '../../../common/model/read-plan.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import type { OnlineStore } from '../online-store.js';
import type { OnlineStoreWriter } from '../online-store-writer.js';

/** How the suite gets writers, and a reader of what they wrote. */
export interface OnlineStoreWriterHarness {
  setUp(): Promise<void>;
  tearDown(): Promise<void>;
  /** Another writer on the same data. */
  openWriter(): Promise<OnlineStoreWriter>;
  openReader(): Promise<OnlineStore>;
  /** Which of two rows of one time stays: Feast's rule for the store. */
  readonly winnerOfEqualTimes: 'first' | 'last';
}

/** What the tests of the contract share: writers and a reader, and a project of its own for each test. */
export class WriterSuite {
  private readonly opened: OnlineStoreWriter[] = [];
  private reader: OnlineStore | undefined;
  private projects = 0;

  constructor(readonly harness: OnlineStoreWriterHarness) {}

  get project(): string {
    return `writes${this.projects}`;
  }

  async begin(): Promise<void> {
    this.projects++;
    this.reader = await this.harness.openReader();
    await this.open();
  }

  async end(): Promise<void> {
    await this.reader?.close();
    await Promise.all(this.opened.splice(0).map((writer) => writer.close()));
  }

  async open(): Promise<OnlineStoreWriter> {
    const writer = await this.harness.openWriter();
    this.opened.push(writer);
    return writer;
  }

  get writer(): OnlineStoreWriter {
    const [writer] = this.opened;
    if (!writer) throw new Error('no writer is open');
    return writer;
  }

  /** Rows of the view `stats` with the feature `trips`, where `changes` say nothing else. */
  batch(rows: readonly TripRow[], changes: Partial<WriteBatch> = {}): WriteBatch {
    return tripBatch(rows, { project: this.project, ...changes });
  }

  write(rows: readonly TripRow[], changes: Partial<WriteBatch> = {}): Promise<WriteOutcome> {
    return this.writer.write(this.batch(rows, changes), soon());
  }

  /** What is stored for these keys, as `recording-sink` prints it. */
  read(keys: readonly Uint8Array[], view: Partial<ViewRead> = {}): Promise<string[]> {
    if (!this.reader) throw new Error('no reader is open');
    return readLines(this.reader, readPlan(this.project, view), [keys]);
  }
}
