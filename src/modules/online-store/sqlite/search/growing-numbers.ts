const FIRST = 1024;

/** Numbers of one type under indexes without an end; those that were never set are `absent`. */
export class GrowingNumbers<T extends Float64Array | Int32Array> {
  private numbers: T;

  constructor(
    private readonly make: (length: number) => T,
    private readonly absent: number,
  ) {
    this.numbers = make(0);
  }

  get bytes(): number {
    return this.numbers.byteLength;
  }

  at(index: number): number {
    return index < this.numbers.length ? this.numbers[index]! : this.absent;
  }

  set(index: number, number: number): void {
    if (index >= this.numbers.length) this.grow(index);
    this.numbers[index] = number;
  }

  clear(): void {
    this.numbers.fill(this.absent);
  }

  /** Puts a number before another; those of `index` to `size` make room. */
  insert(index: number, size: number, number: number): void {
    this.set(size, this.absent);
    this.numbers.copyWithin(index + 1, index, size);
    this.numbers[index] = number;
  }

  /** Those behind it, up to `size`, take its place. */
  remove(index: number, size: number): void {
    this.numbers.copyWithin(index, index + 1, size);
  }

  private grow(index: number): void {
    const numbers = this.make(Math.max(FIRST, 2 * index));
    numbers.set(this.numbers);
    numbers.fill(this.absent, this.numbers.length);
    this.numbers = numbers;
  }
}
