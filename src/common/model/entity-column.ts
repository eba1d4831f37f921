import type { FeaturePayload, ValueTypeNumber } from './value.js';

/** A typed column: values[i] belongs to row i; all that are not null have the same type. */
export interface EntityColumn {
  /** UNKNOWN when nothing says the type: it was not declared, and every value is null. */
  readonly type: ValueTypeNumber;
  readonly values: readonly (FeaturePayload | null)[];
}
