import { NotFoundError } from '../../../common/errors/errors.js';
import type { FeatureService } from '../../../common/model/feature-service.js';
import { PRECOMPUTED_FEATURE, precomputedView } from '../../../common/model/precomputed-view.js';
import type { ReadPlan } from '../../../common/model/read-plan.js';
import type { CellSink } from '../../online-store/online-store.js';
import type { ResolvedView } from '../feature-groups.js';
import { decodePrecomputedVector, type PrecomputedVector } from './precomputed-vector.codec.js';
import type { ResponseCells } from '../response-cells.js';

/** Where a value of a vector goes in the answer. */
interface Place {
  readonly view: number;
  readonly field: number;
}

/** How a service with `precompute_online` is read: one stored vector per entity, never the views themselves. */
export class PrecomputedRead {
  readonly readPlan: ReadPlan;
  private readonly places = new Map<string, Place>();

  constructor(
    project: string,
    private readonly service: FeatureService,
    private readonly views: readonly ResolvedView[],
  ) {
    const viewName = precomputedView(service.name);
    this.readPlan = { project, views: [{ viewName, version: 0, features: [PRECOMPUTED_FEATURE] }] };
    views.forEach(({ key, features }, view) => {
      features.forEach((feature, field) => this.places.set(`${key}__${feature}`, { view, field }));
    });
  }

  /**
   * Hands the values of all vectors on as if they came from their views, with the time of their making as event
   * time. A view whose data is older than its TTL makes its values stale.
   *
   * Errors:  NotFoundError when an entity has no vector, or one of other features.
   */
  report(vectors: readonly (Uint8Array | undefined)[], cells: ResponseCells): void {
    for (let row = 0; row < vectors.length; row++) {
      const stored = vectors[row];
      const vector = stored && decodePrecomputedVector(stored);
      if (!vector || !this.fits(vector)) throw this.missing();
      this.reportRow(vector, row, cells);
    }
  }

  private reportRow(vector: PrecomputedVector, row: number, cells: ResponseCells): void {
    this.views.forEach(({ key, view }, index) => {
      const eventTimeMicros = vector.eventTimesMicros.get(key) ?? vector.eventTimesMicros.get(view.name);
      cells.row(index, row, vector.builtAtMicros, eventTimeMicros ?? Number.NaN);
    });
    vector.values.forEach((bytes, index) => {
      const { view, field } = this.places.get(vector.names[index] as string) as Place;
      cells.cell(view, field, row, bytes, 0, bytes.length);
    });
  }

  private fits({ names }: PrecomputedVector): boolean {
    return names.length === this.places.size && names.every((name) => this.places.has(name));
  }

  private missing(): NotFoundError {
    const { name } = this.service;
    return new NotFoundError(
      `FeatureService '${name}' has precompute_online=True but pre-computed vectors could not be read. Run \`feast precompute ${name}\` to build them.`,
    );
  }
}

/** Keeps the stored vectors of one read: `vectors[r]` of distinct row `r`. */
export class VectorSink implements CellSink {
  readonly vectors: (Uint8Array | undefined)[];

  constructor(rows: number) {
    this.vectors = Array.from({ length: rows }, () => undefined);
  }

  begin(): void {
    this.vectors.fill(undefined);
  }

  row(): void {
    // The vector says its times itself.
  }

  // oxlint-disable-next-line max-params -- the port: an object per cell would cost more than the cell
  cell(_view: number, _field: number, row: number, bytes: Uint8Array, start: number, end: number): void {
    // That of a Buffer would be a view of memory that the store uses again.
    this.vectors[row] = Uint8Array.prototype.slice.call(bytes, start, end);
  }
}
