import { PackedCells } from '../../../common/codec/packed-cells.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';

/** Cells one after the other. */
interface Packed {
  readonly bytes: Uint8Array;
  /** `offsets[i]` until `offsets[i + 1]`: where in `bytes` cell `i` stands. */
  readonly offsets: Uint32Array;
}

/** A batch on its way to another process: whatever its size, a handful of objects. */
export interface PackedBatch extends Pick<
  WriteBatch,
  'project' | 'viewName' | 'version' | 'features' | 'vectorLength' | 'policy'
> {
  readonly keys: Packed;
  /** Those of the first feature, then those of the second, … */
  readonly values: Packed;
  readonly eventTimesMicros: Float64Array;
  /** NaN for none. */
  readonly createdTimesMicros: Float64Array | undefined;
}

/**
 * Cells that are packed already are sent as they lie. To take them apart here made two views of each, which were half of
 * all garbage of a push.
 */
export function packBatch(batch: WriteBatch): PackedBatch {
  const { project, viewName, version, features, policy, vectorLength, createdTimesMicros } = batch;
  return {
    project,
    viewName,
    version,
    features,
    policy,
    ...(vectorLength === undefined ? {} : { vectorLength }),
    keys: pack(PackedCells.of([batch.keys])),
    values: pack(PackedCells.of(batch.values)),
    eventTimesMicros: Float64Array.from(batch.eventTimesMicros),
    createdTimesMicros:
      createdTimesMicros && Float64Array.from(createdTimesMicros, (micros) => micros ?? Number.NaN),
  };
}

/** Cells are views on the packed bytes. */
export function unpackBatch(packed: PackedBatch): WriteBatch {
  const { keys, values, eventTimesMicros, createdTimesMicros, ...same } = packed;
  const rows = eventTimesMicros.length;
  const cells = new PackedCells(values.bytes, values.offsets);
  const keyCells = new PackedCells(keys.bytes, keys.offsets);
  return {
    ...same,
    keys: Array.from({ length: rows }, (_, row) => keyCells.at(row) as Uint8Array),
    values: same.features.map((_, feature) => cells.slice(feature * rows, (feature + 1) * rows)),
    eventTimesMicros: [...eventTimesMicros],
    createdTimesMicros:
      createdTimesMicros &&
      Array.from(createdTimesMicros, (micros) => (Number.isNaN(micros) ? undefined : micros)),
  };
}

function pack(cells: PackedCells): Packed {
  const { bytes, offsets } = cells.trimmed;
  return { bytes, offsets };
}
