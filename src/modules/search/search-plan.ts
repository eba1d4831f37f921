import { parseFeatureReference } from '../../common/codec/feature-reference.codec.js';
import { InvalidRequestError } from '../../common/errors/errors.js';
import type { AnyFeatureView, Field } from '../../common/model/feature-view.js';
import type { ReadPlan } from '../../common/model/read-plan.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { ValueType } from '../../common/model/value.js';
import type { SearchedView } from '../online-store/document-search.js';
import type { FeatureSelection } from '../serving/feature-resolution.js';
import { findService, type RequestedView, type VersioningRules, ViewFinder } from '../serving/view-finder.js';

/** How many numbers a vector has when its field does not say. */
const DEFAULT_VECTOR_LENGTH = 512;

/** Everything about a search that depends on the registry and the names in the request alone. */
export interface SearchPlan {
  readonly view: AnyFeatureView;
  readonly searched: SearchedView;
  readonly vectorField: Field;
  /** What the answer has, in the order of the request. */
  readonly features: readonly string[];
  /** Reads the features of the documents that were found, each once. */
  readonly readPlan: ReadPlan;
  /** `fieldOf.get(feature)`: its field in the read plan. */
  readonly fieldOf: ReadonlyMap<string, number>;
}

/**
 * Looks up what a search is about: one view, with one vector field.
 *
 * Errors:  NotFoundError (service, view or version), InvalidRequestError (no features, several views, a view without a
 *          vector field, or a disabled one).
 */
export function planSearch(
  snapshot: RegistrySnapshot,
  { featureService, features }: Pick<FeatureSelection, 'featureService' | 'features'>,
  versioning: VersioningRules,
): SearchPlan {
  const finder = new ViewFinder(snapshot, versioning);
  if (featureService === undefined) {
    const references = features.map(parseFeatureReference);
    const views = references.map((reference) => finder.ofReference(reference));
    return planOf(
      snapshot.project,
      views,
      references.map(({ feature }) => feature),
    );
  }
  const { projections } = findService(snapshot, featureService);
  const views = projections.map((projection) => finder.ofService(projection));
  return planOf(
    snapshot.project,
    views,
    projections.flatMap((projection) => projection.features.map(({ name }) => name)),
  );
}

/** The plan of a search in one view. Errors: InvalidRequestError. */
export function planOf(
  project: string,
  views: readonly Pick<RequestedView, 'view' | 'version'>[],
  features: readonly string[],
): SearchPlan {
  const [first] = views;
  if (first === undefined || features.length === 0) {
    throw new InvalidRequestError(
      'No features specified for retrieval: name at least one of the view to search',
    );
  }
  if (views.some(({ view }) => view.name !== first.view.name)) {
    throw new InvalidRequestError('Document retrieval only supports a single feature view.');
  }
  const { view, version } = first;
  const vectorField = vectorFieldOf(view);
  const distinct = [...new Set(features)];
  return {
    view,
    vectorField,
    features,
    fieldOf: new Map(distinct.map((feature, field) => [feature, field])),
    searched: {
      project,
      viewName: view.name,
      version,
      vector: { feature: vectorField.name, length: vectorField.vectorLength || DEFAULT_VECTOR_LENGTH },
      textFeatures: view.features.flatMap(({ name, valueType }) =>
        valueType === ValueType.STRING ? name : [],
      ),
    },
    readPlan: { project, views: [{ viewName: view.name, version, features: distinct }] },
  };
}

function vectorFieldOf(view: AnyFeatureView): Field {
  const [field, other] = view.features.filter(({ vectorIndex }) => vectorIndex);
  if (field === undefined) {
    throw new InvalidRequestError(
      `No vector field found, please update feature view = ${view.name} to declare a vector field`,
    );
  }
  if (other !== undefined) {
    throw new InvalidRequestError(
      `Feature view ${view.name} has multiple vector fields. Only one vector field per feature view is supported.`,
    );
  }
  return field;
}
