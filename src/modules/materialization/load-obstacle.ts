import type { FeatureView } from '../../common/model/feature-view.js';
import { deltaReason, isDelta } from '../offline-store/delta-source.js';

const TRANSFORMED =
  'a transformation, an aggregation or other feature views make its rows, which this version of Salver does not do; ' +
  "'feast materialize' loads it";

/** What keeps a view from being loaded; undefined for nothing. */
export function obstacle({
  transformed,
  online,
  batchSource,
  entities,
  entityColumns,
}: FeatureView): string | undefined {
  if (transformed) return TRANSFORMED;
  if (!online) {
    return 'it has online=False: only its offline store would get rows, which this version of Salver does not write';
  }
  if (batchSource === undefined) return 'it has no batch source to load rows from';
  if (isDelta(batchSource)) return deltaReason(batchSource);
  if (entities.length > 0 && entityColumns.length === 0) {
    return 'the registry does not tell the types of its join keys: apply its definition again';
  }
  return undefined;
}
