interface Entry<T> {
  readonly value: Promise<T>;
  readonly expiresAtMs: number;
}

/** Remembers what was found for a short time, and looks once for those who ask at the same time. Failures are forgotten. */
export class TimedMemory<T> {
  private readonly entries = new Map<string, Entry<T>>();

  constructor(
    private readonly lifeMs: number,
    private readonly maxEntries: number,
  ) {}

  get(key: string, find: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    if (known !== undefined && known.expiresAtMs > performance.now()) return known.value;
    const value = find();
    const entry = { value, expiresAtMs: performance.now() + this.lifeMs };
    this.entries.delete(key);
    this.entries.set(key, entry);
    value.catch(() => this.forget(key, entry));
    this.makeRoom();
    return value;
  }

  private forget(key: string, entry: Entry<T>): void {
    if (this.entries.get(key) === entry) this.entries.delete(key);
  }

  private makeRoom(): void {
    for (const key of this.entries.keys()) {
      if (this.entries.size <= this.maxEntries) return;
      this.entries.delete(key);
    }
  }
}
