/** A point on the monotonic clock after which nobody waits for the answer any more. */
export class Deadline {
  private constructor(private readonly expiresAtMs: number) {}

  static after(timeoutMs: number): Deadline {
    return new Deadline(performance.now() + timeoutMs);
  }

  /** Milliseconds left, never below 0. */
  remainingMs(): number {
    return Math.max(0, this.expiresAtMs - performance.now());
  }

  get expired(): boolean {
    return performance.now() >= this.expiresAtMs;
  }

  /** Waits for `work` until then. Errors: that of `late` when the time is up; the work itself goes on. */
  async limit<T>(work: Promise<T>, late: () => Error): Promise<T> {
    const { promise: timeIsUp, reject } = Promise.withResolvers<never>();
    const timer = setTimeout(() => reject(late()), Math.ceil(this.remainingMs()));
    try {
      return await Promise.race([work, timeIsUp]);
    } finally {
      clearTimeout(timer);
    }
  }
}
