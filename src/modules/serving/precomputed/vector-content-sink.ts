import type { CellSink } from '../../online-store/online-store.js';
import { encodeVectorContent } from './precomputed-vector.codec.js';
import type { ServiceVectors } from './service-vectors.js';

/** Gathers what the vectors of a batch of entities are made of, and the vectors that are stored, when they are read too. */
export class VectorContentSink implements CellSink {
  /** `stored[r]` */
  readonly stored: (Uint8Array | undefined)[];
  private readonly times: (number | undefined)[];
  private readonly values: (Uint8Array | undefined)[];
  /** The first value of each view in a row of `values`. */
  private readonly firstValue: readonly number[];

  /** `absentMicros`: the time of a view without a row; undefined where its absence is told. */
  constructor(
    private readonly vectors: ServiceVectors,
    private readonly rows: number,
    private readonly absentMicros: number | undefined,
  ) {
    const { contentPlan, names, viewKeys } = vectors;
    let first = 0;
    this.firstValue = contentPlan.views.map(({ features }) => (first += features.length) - features.length);
    this.stored = emptyList(rows);
    this.times = emptyList(rows * viewKeys.length);
    this.values = emptyList(rows * names.length);
  }

  begin(): void {
    this.stored.fill(undefined);
    this.times.fill(undefined);
    this.values.fill(undefined);
  }

  row(view: number, row: number, eventTimeMicros: number): void {
    const { viewKeys } = this.vectors;
    if (view < viewKeys.length) this.times[row * viewKeys.length + view] = eventTimeMicros;
  }

  // oxlint-disable-next-line max-params -- the port: an object per cell would cost more than the cell
  cell(view: number, field: number, row: number, bytes: Uint8Array, start: number, end: number): void {
    // That of a Buffer would be a view of memory that the store uses again.
    const copy = Uint8Array.prototype.slice.call(bytes, start, end);
    const first = this.firstValue[view];
    if (first === undefined) this.stored[row] = copy;
    else this.values[row * this.vectors.names.length + first + field] = copy;
  }

  /** What the vector of each row has to say. */
  contents(): readonly Uint8Array[] {
    const { names, viewKeys } = this.vectors;
    return Array.from({ length: this.rows }, (_, row) =>
      encodeVectorContent({
        names,
        values: this.values.slice(row * names.length, (row + 1) * names.length),
        viewTimes: viewKeys.flatMap((key, view) => {
          const micros = this.times[row * viewKeys.length + view] ?? this.absentMicros;
          return micros === undefined ? [] : [[key, micros] as const];
        }),
      }),
    );
  }
}

function emptyList(length: number): undefined[] {
  return Array.from({ length }, () => undefined);
}
