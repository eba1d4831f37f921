import { PackedCells } from '../../../common/codec/packed-cells.js';
import type { CellColumn, WriteBatch } from '../../../common/model/write-batch.js';

/** Cells one after the other. */
interface Packed {
  readonly bytes: Uint8Array;
  /** `ends[i]`: where in `bytes` cell `i` ends, and the next one begins. */
  readonly ends: Uint32Array;
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

export function packBatch(batch: WriteBatch): PackedBatch {
  const { project, viewName, version, features, policy, vectorLength, createdTimesMicros } = batch;
  return {
    project,
    viewName,
    version,
    features,
    policy,
    ...(vectorLength === undefined ? {} : { vectorLength }),
    keys: pack([batch.keys], batch.keys.length),
    values: pack(batch.values, batch.keys.length),
    eventTimesMicros: Float64Array.from(batch.eventTimesMicros),
    createdTimesMicros:
      createdTimesMicros && Float64Array.from(createdTimesMicros, (micros) => micros ?? Number.NaN),
  };
}

/** Cells are views on the packed bytes. */
export function unpackBatch(packed: PackedBatch): WriteBatch {
  const { keys, values, eventTimesMicros, createdTimesMicros, ...same } = packed;
  const rows = eventTimesMicros.length;
  const cells = cellsOf(values);
  const keyCells = cellsOf(keys);
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

function pack(columns: readonly CellColumn[], rows: number): Packed {
  const ends = new Uint32Array(columns.length * rows);
  let end = 0;
  let cell = 0;
  for (const column of columns) {
    for (let row = 0; row < rows; row++) ends[cell++] = end += column.at(row)?.length ?? 0;
  }
  const bytes = new Uint8Array(end);
  let start = 0;
  for (const column of columns) {
    for (let row = 0; row < rows; row++) {
      const value = column.at(row);
      if (value === undefined || value.length === 0) continue;
      bytes.set(value, start);
      start += value.length;
    }
  }
  return { bytes, ends };
}

function cellsOf({ bytes, ends }: Packed): PackedCells {
  const offsets = new Uint32Array(ends.length + 1);
  offsets.set(ends, 1);
  return new PackedCells(bytes, offsets);
}
