/**
 * The rows with the lowest scores, best first. Rows whose score is NaN, or that the mask leaves out, are not among them.
 *
 * Shape: `mask[row]` is 0 for a row that does not count. `order` puts rows of equal score in their order, as a comparison
 *        does.
 */
export function bestRows(
  scores: ArrayLike<number>,
  count: number,
  {
    mask,
    order,
  }: { readonly mask?: Uint8Array | undefined; readonly order: (a: number, b: number) => number },
): number[] {
  const isWorse = (a: number, b: number): boolean => {
    const difference = scores[a]! - scores[b]!;
    return difference === 0 || Number.isNaN(difference) ? order(a, b) > 0 : difference > 0;
  };
  const heap = new WorstFirst(isWorse);
  // Most rows are worse than all that are kept: they cost a comparison of numbers and nothing else.
  let worst = Infinity;
  for (let row = 0; count > 0 && row < scores.length; row++) {
    const score = scores[row]!;
    if (score > worst || Number.isNaN(score) || (mask !== undefined && mask[row] === 0)) continue;
    if (heap.size < count) heap.add(row);
    else if (isWorse(heap.worst, row)) heap.replaceWorst(row);
    if (heap.size === count) worst = scores[heap.worst]!;
  }
  return heap.drain().reverse();
}

/** A heap of rows with the worst on top. */
class WorstFirst {
  private readonly rows: number[] = [];

  constructor(private readonly isWorse: (a: number, b: number) => boolean) {}

  get size(): number {
    return this.rows.length;
  }

  get worst(): number {
    return this.rows[0]!;
  }

  add(row: number): void {
    const { rows } = this;
    let at = rows.push(row) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.isWorse(rows[at]!, rows[parent]!)) return;
      this.swap(at, parent);
      at = parent;
    }
  }

  replaceWorst(row: number): void {
    this.rows[0] = row;
    this.sink();
  }

  /** Worst first. Empties the heap. */
  drain(): number[] {
    const drained: number[] = [];
    while (this.rows.length > 0) {
      drained.push(this.rows[0]!);
      const last = this.rows.pop()!;
      if (this.rows.length > 0) this.replaceWorst(last);
    }
    return drained;
  }

  private sink(): void {
    const { rows } = this;
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      let worst = at;
      if (left < rows.length && this.isWorse(rows[left]!, rows[worst]!)) worst = left;
      if (left + 1 < rows.length && this.isWorse(rows[left + 1]!, rows[worst]!)) worst = left + 1;
      if (worst === at) return;
      this.swap(at, worst);
      at = worst;
    }
  }

  private swap(a: number, b: number): void {
    const { rows } = this;
    [rows[a], rows[b]] = [rows[b]!, rows[a]!];
  }
}
