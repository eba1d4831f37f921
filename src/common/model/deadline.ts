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
}
