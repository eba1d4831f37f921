/** Repeatable random numbers (the mulberry32 generator): the same seed gives the same run. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** An integer from `low` to `high`, both included. */
  integer(low: number, high: number): number {
    return low + Math.floor(this.next() * (high - low + 1));
  }

  chance(share: number): boolean {
    return this.next() < share;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('nothing to pick from');
    return items[this.integer(0, items.length - 1)] as T;
  }

  /** At least one of the items, in any order. */
  some<T>(items: readonly T[]): T[] {
    const order = items.map((item) => ({ item, rank: this.next() })).toSorted((a, b) => a.rank - b.rank);
    return order.slice(0, this.integer(1, items.length)).map(({ item }) => item);
  }
}

/** The seed of this run: `SALVER_TEST_SEED`, or the clock's. */
export function runSeed(): number {
  return Number(process.env['SALVER_TEST_SEED'] ?? Date.now() % 2 ** 31);
}
