import { PackedCells } from '../../common/codec/packed-cells.js';
import { WireWriter } from '../../common/codec/protobuf-wire.js';
import { writeValue } from '../../common/codec/value.codec.js';
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
/** A number and its tag. */
const USUAL_CELL_BYTES = 10;
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
    values: features.map(cells),
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

function cells({ type, values }: EntityColumn): PackedCells {
  const writer = new WireWriter(values.length * USUAL_CELL_BYTES);
  const offsets = new Uint32Array(values.length + 1);
  for (const [row, value] of values.entries()) {
    if (value !== null) writeValue(writer, { type, value });
    offsets[row + 1] = writer.length;
  }
  return new PackedCells(writer.toBytes(), offsets);
}

function vectorLength(features: readonly Field[]): Pick<WriteBatch, 'vectorLength'> {
  const vector = features.find((field) => field.vectorIndex && field.vectorLength > 0);
  return vector ? { vectorLength: vector.vectorLength } : {};
}
