import { convertColumn } from '../../common/codec/column-value.codec.js';
import { convertTimes, type NumberTimes } from '../../common/codec/event-time.codec.js';
import { WireWriter } from '../../common/codec/protobuf-wire.js';
import { writeValue } from '../../common/codec/value.codec.js';
import type { Field } from '../../common/model/feature-view.js';
import { type JsonArray, JsonFloat, type JsonValue } from '../../common/model/json-value.js';
import type { WriteBatch } from '../../common/model/write-batch.js';
import { PackedCells } from '../../common/codec/packed-cells.js';
import type { Frame } from './frame.js';
import { requireVectors } from './vector-rows.js';
import { ViewColumns } from './view-columns.js';
import type { ViewLayout } from './view-layout.js';

export interface RowRules {
  readonly project: string;
  readonly policy: WriteBatch['policy'];
  readonly numberTimes: NumberTimes;
  /** Features may go by the names of the source, as the rows are for the source, too. */
  readonly withSourceNames: boolean;
}

type RowTimes = Pick<WriteBatch, 'eventTimesMicros' | 'createdTimesMicros'>;

const DF: readonly string[] = ['body', 'df'];
/** A number and its tag. */
const USUAL_CELL_BYTES = 10;
const MICROS_PER_MS = 1000;

/**
 * The rows that a write has for one view, checked to the last value; undefined when there is nothing to store: no rows,
 * or no feature that is not null.
 *
 * Errors:  InvalidValueError that names column, row, value and type, at `['body', 'df', column, row]`.
 */
export function viewRows(layout: ViewLayout, frame: Frame, rules: RowRules): WriteBatch | undefined {
  if (frame.rows === 0) return undefined;
  const { name: viewName, features } = layout.view;
  const columns = new ViewColumns(layout, frame);
  const featureColumns = features.map(({ name }) => columns.feature(name, rules.withSourceNames));
  if (columns.hasAll) {
    requireVectors(layout.view, featureColumns);
    if (featureColumns.every((column) => column.every(isNull))) return undefined;
  }
  const keyColumns = layout.joinKeys.map(({ name }) => columns.other(name, 'a join key'));
  const timesOf = timeReader(layout, columns);
  columns.requireAll();
  return {
    project: rules.project,
    viewName,
    version: layout.version,
    features: features.map(({ name }) => name),
    keys: entityKeys(layout, keyColumns, frame.rows),
    values: features.map((field, index) => cells(field, featureColumns[index]!)),
    ...timesOf(frame.rows, rules.numberTimes),
    ...vectorLength(features),
    policy: rules.policy,
  };
}

function entityKeys(
  { joinKeys, keyEncoder }: ViewLayout,
  columns: readonly JsonArray[],
  rows: number,
): Uint8Array[] {
  const typed = joinKeys.map(({ name, valueType }, index) => convertColumn(name, valueType, columns[index]!));
  return keyEncoder.encode(
    typed,
    Array.from({ length: rows }, (_, row) => row),
    DF,
  );
}

function cells({ name, valueType }: Field, column: JsonArray): PackedCells {
  const { type, values } = convertColumn(name, valueType, column);
  const writer = new WireWriter(values.length * USUAL_CELL_BYTES);
  const offsets = new Uint32Array(values.length + 1);
  for (const [row, value] of values.entries()) {
    if (value !== null) writeValue(writer, { type, value });
    offsets[row + 1] = writer.length;
  }
  return new PackedCells(writer.toBytes(), offsets);
}

/** Looks the columns of the times up now, and reads them when everything is known to be there. */
function timeReader(
  { view, times }: ViewLayout,
  columns: ViewColumns,
): (rows: number, numbers: NumberTimes) => RowTimes {
  if (times === undefined) return presentTimes;
  const column = (name: string, role: string): ((numbers: NumberTimes) => number[]) => {
    const values = columns.other(name, role);
    const what = `the column ${name} is ${role} of feature view ${view.name}`;
    return (numbers) => convertTimes({ name, values, what }, numbers);
  };
  const event = column(times.event, 'the event time');
  const created = times.created === undefined ? undefined : column(times.created, 'the creation time');
  return (_rows, numbers) => ({
    eventTimesMicros: event(numbers),
    createdTimesMicros: created?.(numbers),
  });
}

/** Rows of on-demand views are of now, as in Feast. */
function presentTimes(rows: number): RowTimes {
  const now = Date.now() * MICROS_PER_MS;
  const times = Array.from({ length: rows }, () => now);
  return { eventTimesMicros: times, createdTimesMicros: times };
}

function vectorLength(features: readonly Field[]): Pick<WriteBatch, 'vectorLength'> {
  const vector = features.find((field) => field.vectorIndex && field.vectorLength > 0);
  return vector ? { vectorLength: vector.vectorLength } : {};
}

function isNull(value: JsonValue): boolean {
  return value === null || (value instanceof JsonFloat && Number.isNaN(value.value));
}
