import { parseFeatureReference } from '../../common/codec/feature-reference.codec.js';
import type { FeatureService } from '../../common/model/feature-service.js';

/** What a read asks for, in numbers and names, for metrics and the audit log. */
export interface SelectionSummary {
  readonly featureCount: number;
  /** Registered names: of the projections of a service, else each view once. */
  readonly viewNames: readonly string[];
}

export function summarizeService({ projections }: FeatureService): SelectionSummary {
  return {
    featureCount: projections.reduce((sum, { features }) => sum + features.length, 0),
    viewNames: projections.map(({ viewName }) => viewName),
  };
}

/** Errors: InvalidRequestError for a reference that is none. */
export function summarizeReferences(references: readonly string[]): SelectionSummary {
  const viewNames = new Set(references.map((reference) => parseFeatureReference(reference).viewName));
  return { featureCount: references.length, viewNames: [...viewNames] };
}
