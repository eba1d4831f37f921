import { UnavailableError } from '../../../common/errors/errors.js';
import type { Deadline } from '../../../common/model/deadline.js';

/** For each call that is under way, so many may wait. */
export const WAITING_PER_SLOT = 8;

/** Lets so many calls be under way at a time; others wait in the order of arrival, and not without end. */
export class CallSlots {
  private free: number;
  private readonly waiting: (() => void)[] = [];

  constructor(
    count: number,
    private readonly mostWaiting: number = WAITING_PER_SLOT * count,
  ) {
    this.free = count;
  }

  /** Errors: those of `call`; UnavailableError when too many wait, or the deadline comes first. */
  async run<T>(deadline: Deadline, call: () => Promise<T>): Promise<T> {
    await this.take(deadline);
    try {
      return await call();
    } finally {
      this.give();
    }
  }

  private take(deadline: Deadline): Promise<void> {
    if (this.free > 0) {
      this.free--;
      return Promise.resolve();
    }
    if (this.waiting.length >= this.mostWaiting) {
      return Promise.reject(
        new UnavailableError('too many texts wait for their vectors: try again in a moment'),
      );
    }
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => {
      this.waiting.splice(this.waiting.indexOf(enter), 1);
      reject(new UnavailableError('the text waited for its vector until the time was up'));
    }, deadline.remainingMs());
    const enter = (): void => {
      clearTimeout(timer);
      resolve();
    };
    this.waiting.push(enter);
    return promise;
  }

  private give(): void {
    const next = this.waiting.shift();
    if (next) next();
    else this.free++;
  }
}
