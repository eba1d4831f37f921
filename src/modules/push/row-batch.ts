import { PackedCells } from '../../common/codec/packed-cells.js';
import { WireWriter } from '../../common/codec/protobuf-wire.js';
import { payloadWriter } from '../../common/codec/value.codec.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import type { Field } from '../../common/model/feature-view.js';
import type { WriteBatch } from '../../common/model/write-batch.js';
import type { ViewLayout } from './view-layout.js';

export type RowTimes = Pick<WriteBatch, 'eventTimesMicros' | 'createdTimesMicros'>;

/** Rows of a view as typed columns. */
export interface TypedRows {
  readonly rows: number;
  /** In the order of the join keys of the layout. */
  readonly keys: readonly EntityColumn[];
  /** In the order of the features of the view. */
  readonly features: readonly EntityColumn[];
  readonly times: RowTimes;
}

const DF: readonly string[] = ['body', 'df'];
const FIRST_BYTES = 64 * 1024;
/** Used for one batch after the other: memory outside of the heap is dear to make, and to free. */
let writer = new WireWriter(FIRST_BYTES);
/** What became larger for one batch is given back. */
const KEPT_BYTES = 1024 * 1024;
const MICROS_PER_MS = 1000;

/** The rows for the online store. Errors: InvalidValueError for a join key that is null or cannot be one. */
export function rowBatch(
  { view, version, keyEncoder }: ViewLayout,
  { rows, keys, features, times }: TypedRows,
  { project, policy }: Pick<WriteBatch, 'project' | 'policy'>,
): WriteBatch {
  return {
    project,
    viewName: view.name,
    version,
    features: view.features.map(({ name }) => name),
    keys: keyEncoder.encode(
      keys,
      Array.from({ length: rows }, (_, row) => row),
      DF,
    ),
    values: cells(features, rows),
    ...times,
    ...vectorLength(view.features),
    policy,
  };
}

/** Rows of on-demand views are of now, as in Feast. */
export function presentTimes(rows: number): RowTimes {
  const now = Date.now() * MICROS_PER_MS;
  const times = Array.from({ length: rows }, () => now);
  return { eventTimesMicros: times, createdTimesMicros: times };
}

/** All cells in one piece, of which each column is a slice. */
function cells(columns: readonly EntityColumn[], rows: number): PackedCells[] {
  const offsets = new Uint32Array(columns.length * rows + 1);
  writer.reset();
  let cell = 0;
  for (const { type, values } of columns) {
    let write: ReturnType<typeof payloadWriter> | undefined;
    for (let row = 0; row < rows; row++) {
      const value = values[row] ?? null;
      if (value !== null) (write ??= payloadWriter(type))(writer, value);
      offsets[++cell] = writer.length;
    }
  }
  const all = new PackedCells(writer.toBytes(), offsets);
  if (writer.length > KEPT_BYTES) writer = new WireWriter(FIRST_BYTES);
  return columns.map((_, column) => all.slice(column * rows, (column + 1) * rows));
}

function vectorLength(features: readonly Field[]): Pick<WriteBatch, 'vectorLength'> {
  const vector = features.find((field) => field.vectorIndex && field.vectorLength > 0);
  return vector ? { vectorLength: vector.vectorLength } : {};
}
