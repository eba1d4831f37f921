import type { EntityColumn } from '../../common/model/entity-column.js';
import type { WriteBatch } from '../../common/model/write-batch.js';
import type { ComputedRows } from '../transformations/on-demand-write.js';
import { presentTimes, rowBatch } from './row-batch.js';
import type { ViewLayout } from './view-layout.js';

/**
 * The rows of a stored on-demand view, as they were computed; undefined when there is nothing to store. They are of now.
 *
 * Errors:  InvalidValueError for a join key that is null or cannot be one.
 */
export function computedViewRows(
  layout: ViewLayout,
  { joinKeys, features }: ComputedRows,
  rows: number,
  rules: Pick<WriteBatch, 'project' | 'policy'>,
): WriteBatch | undefined {
  const columns = layout.view.features.map(({ name }) => features.get(name) as EntityColumn);
  if (columns.every(({ values }) => values.every((value) => value === null))) return undefined;
  const keys = layout.joinKeys.map(({ name }) => joinKeys.get(name) as EntityColumn);
  return rowBatch(layout, { rows, keys, features: columns, times: presentTimes(rows) }, rules);
}
