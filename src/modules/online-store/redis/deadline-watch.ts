import type { Deadline } from '../../../common/model/deadline.js';

/** The longest time that a timer of Node takes. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** Tells who waits beyond a deadline, with one timer for all: as a rule everybody is gone when it fires. */
export class DeadlineWatch<T> {
  private readonly waiting = new Map<T, Deadline>();
  private timer: NodeJS.Timeout | undefined;
  private firesAtMs = Infinity;

  constructor(private readonly onExpired: (waiter: T) => void) {}

  add(waiter: T, deadline: Deadline): void {
    this.waiting.set(waiter, deadline);
    this.fireWithin(deadline.remainingMs());
  }

  delete(waiter: T): void {
    this.waiting.delete(waiter);
  }

  close(): void {
    clearTimeout(this.timer);
    this.waiting.clear();
  }

  private fireWithin(remainingMs: number): void {
    const atMs = performance.now() + remainingMs;
    if (atMs >= this.firesAtMs) return;
    clearTimeout(this.timer);
    this.firesAtMs = atMs;
    // The connection that is waited for keeps the process alive, if anything does.
    this.timer = setTimeout(() => this.fire(), Math.min(MAX_TIMER_MS, Math.ceil(remainingMs))).unref();
  }

  private fire(): void {
    this.firesAtMs = Infinity;
    let nextMs = Infinity;
    for (const [waiter, deadline] of this.waiting) {
      if (deadline.expired) {
        this.waiting.delete(waiter);
        this.onExpired(waiter);
      } else {
        nextMs = Math.min(nextMs, deadline.remainingMs());
      }
    }
    if (nextMs < Infinity) this.fireWithin(nextMs);
  }
}
