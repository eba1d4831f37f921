import { UnavailableError } from '../errors/errors.js';
import type { Deadline } from '../model/deadline.js';
import { REQUEST_OVERHEAD_BYTES } from './frame.codec.js';

/** A request without an answer. */
export class PendingRequest {
  /** It was handed to the connection that there is. */
  isSent = false;
  /** It was sent to somebody of whom it cannot be told whether he has looked at it. */
  mayBeDone = false;
  readonly answer: Promise<Buffer>;
  private readonly timer: NodeJS.Timeout;
  private resolve!: (reply: Buffer) => void;
  private reject!: (error: Error) => void;

  constructor(
    readonly id: number,
    readonly payload: Uint8Array,
    readonly isRepeatable: boolean,
    readonly deadline: Deadline,
  ) {
    this.answer = new Promise((resolve, reject) => {
      this.resolve = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(() => this.fail(this.tooLate()), Math.ceil(deadline.remainingMs()));
  }

  get bytes(): number {
    return this.payload.length + REQUEST_OVERHEAD_BYTES;
  }

  succeed(reply: Buffer): void {
    clearTimeout(this.timer);
    this.resolve(reply);
  }

  fail(error: Error): void {
    clearTimeout(this.timer);
    this.reject(error);
  }

  private tooLate(): UnavailableError {
    return new UnavailableError(
      this.mayBeDone
        ? 'the writer process did not answer until the time was up; the rows may have been stored or not'
        : 'the writer process could not be reached until the time was up; nothing was stored',
    );
  }
}
