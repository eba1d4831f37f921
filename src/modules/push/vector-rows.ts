import { InvalidValueError } from '../../common/errors/errors.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { JsonArray } from '../../common/model/json-value.js';

/**
 * A view whose first feature is a vector index takes no row without a whole vector, as in Feast.
 *
 * Errors: InvalidValueError at `['body', 'df', feature, row]`.
 */
export function requireVectors({ name, features }: AnyFeatureView, columns: readonly JsonArray[]): void {
  const [field] = features;
  if (!field?.vectorIndex || field.vectorLength === 0) return;
  columns[0]?.forEach((value, row) => {
    if (Array.isArray(value) && value.length === field.vectorLength) return;
    const found = Array.isArray(value) ? `${value.length} numbers` : 'no list';
    const msg = `${field.name}[${row}]: a vector of ${field.vectorLength} numbers is expected for feature view ${name}, found ${found}`;
    throw InvalidValueError.at(['body', 'df', field.name, row], msg);
  });
}
