import { InvalidRequestError } from '../../common/errors/errors.js';
import type { DistanceMetric } from '../online-store/document-search.js';

/** The names that Feast's stores know. */
const METRICS: ReadonlyMap<string, DistanceMetric> = new Map([
  ['l2', 'l2'],
  ['euclidean', 'l2'],
  ['cosine', 'cosine'],
  ['inner_product', 'inner_product'],
  ['innerproduct', 'inner_product'],
  ['ip', 'inner_product'],
  ['dot', 'inner_product'],
]);

/**
 * The metric of a search: that of the field, if it names one, before that of the request, before L2.
 *
 * Errors: InvalidRequestError for a name that is none.
 */
export function distanceMetric(declared: string, requested: string | undefined): DistanceMetric {
  const name = declared || requested || 'L2';
  const metric = METRICS.get(name.toLowerCase());
  if (metric !== undefined) return metric;
  throw new InvalidRequestError(
    `The distance metric '${name}' is not known: it can be L2, cosine or inner_product (euclidean, ip and dot are other names)`,
  );
}

/** The higher the better, as clients of OpenAI expect it. Source: spec/vectors.md part 3. */
export function scoreOf(distance: number, metric: DistanceMetric): number {
  if (metric === 'cosine') return Math.max(0, 1 - distance);
  return metric === 'inner_product' ? -distance : 1 / (1 + distance);
}
