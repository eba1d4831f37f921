import { convertColumn } from '../../common/codec/column-value.codec.js';
import { convertTimes, type NumberTimes } from '../../common/codec/event-time.codec.js';
import { JsonFloat, type JsonValue } from '../../common/model/json-value.js';
import type { WriteBatch } from '../../common/model/write-batch.js';
import type { Frame } from './frame.js';
import { presentTimes, rowBatch, type RowTimes } from './row-batch.js';
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

/**
 * The rows that a write has for one view, checked to the last value; undefined when there is nothing to store: no rows,
 * or no feature that is not null.
 *
 * Errors:  InvalidValueError that names column, row, value and type, at `['body', 'df', column, row]`.
 */
export function viewRows(layout: ViewLayout, frame: Frame, rules: RowRules): WriteBatch | undefined {
  if (frame.rows === 0) return undefined;
  const { features } = layout.view;
  const columns = new ViewColumns(layout, frame);
  const featureColumns = features.map(({ name }) => columns.feature(name, rules.withSourceNames));
  if (columns.hasAll) {
    requireVectors(layout.view, featureColumns);
    if (featureColumns.every((column) => column.every(isNull))) return undefined;
  }
  const keyColumns = layout.joinKeys.map(({ name }) => columns.other(name, 'a join key'));
  const timesOf = timeReader(layout, columns);
  columns.requireAll();
  const typed = {
    rows: frame.rows,
    keys: layout.joinKeys.map(({ name, valueType }, index) =>
      convertColumn(name, valueType, keyColumns[index]!),
    ),
    features: features.map(({ name, valueType }, index) =>
      convertColumn(name, valueType, featureColumns[index]!),
    ),
    times: timesOf(frame.rows, rules.numberTimes),
  };
  return rowBatch(layout, typed, rules);
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

function isNull(value: JsonValue): boolean {
  return value === null || (value instanceof JsonFloat && Number.isNaN(value.value));
}
