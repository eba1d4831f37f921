import { PackedCells } from '../../common/codec/packed-cells.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { WriteBatch } from '../../common/model/write-batch.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { PrecomputedVectors } from '../online-store/precomputed-vectors.js';
import type { OnlineStoreWriter } from '../online-store/online-store-writer.js';

/** Writes the rows of one request to the online store. */
export class OnlineWrites {
  /** `onStale` hears of a feature service whose vectors could not be made anew. */
  constructor(
    private readonly writer: OnlineStoreWriter,
    private readonly vectors: PrecomputedVectors,
    private readonly onStale: (service: string, reason: string) => void,
  ) {}

  /** What the store would not take is refused before anything is written. Errors: InvalidValueError. */
  check(batches: readonly WriteBatch[]): void {
    for (const batch of batches) this.writer.check(batch);
  }

  /**
   * The rows of all views are stored when this resolves. Views are written at the same time; the rows of a view in
   * their order, in pieces where the store wants no more at once, each piece whole. The vectors of precomputed feature
   * services, which are made of these rows, are stored too, or told of as stale.
   *
   * Errors: UnavailableError (rows may have been stored or not: each whole, in any view), those of the store.
   */
  async write(snapshot: RegistrySnapshot, batches: readonly WriteBatch[], deadline: Deadline): Promise<void> {
    if (batches.length === 0) return;
    await this.writeViews(batches, deadline);
    const written = batches.map(({ viewName, keys }) => ({ viewName, keys }));
    const services = await this.vectors.refresh(snapshot, written, { deadline: () => deadline });
    for (const { name, failure } of services) {
      if (failure !== undefined) this.onStale(name, failure);
    }
  }

  private async writeViews(batches: readonly WriteBatch[], deadline: Deadline): Promise<void> {
    if (batches.length === 1) {
      await this.writeView(batches[0]!, deadline);
      return;
    }
    // Nothing is under way any more when the caller is answered.
    const results = await Promise.allSettled(batches.map((batch) => this.writeView(batch, deadline)));
    for (const result of results) {
      if (result.status === 'rejected') throw result.reason;
    }
  }

  private async writeView(batch: WriteBatch, deadline: Deadline): Promise<void> {
    const rows = batch.keys.length;
    const most = this.writer.rowsPerBatch(batch.features.length);
    for (let start = 0; start < rows; start += most) {
      await this.writer.write(rows <= most ? batch : slice(batch, start, start + most), deadline);
    }
  }
}

function slice(batch: WriteBatch, start: number, end: number): WriteBatch {
  const rows = Math.min(end, batch.keys.length) - start;
  return {
    ...batch,
    keys: batch.keys.slice(start, end),
    values: batch.values.map((column) => PackedCells.of([column]).slice(start, start + rows)),
    eventTimesMicros: batch.eventTimesMicros.slice(start, end),
    createdTimesMicros: batch.createdTimesMicros?.slice(start, end),
  };
}
