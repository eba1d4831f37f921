import {
  parseFeatureReference,
  viewKey,
  type FeatureReference,
} from '../../common/codec/feature-reference.codec.js';
import { InvalidRequestError, NotFoundError } from '../../common/errors/errors.js';
import { DUMMY_ENTITY_NAME } from '../../common/model/entity.js';
import type { FeatureService } from '../../common/model/feature-service.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { FeatureGroups, type ResolvedOnDemandView, type ResolvedView } from './feature-groups.js';
import { findService, type RequestedView, type VersioningRules, ViewFinder } from './view-finder.js';

/** What a read asks for, before anything is looked up. */
export interface FeatureSelection {
  readonly featureService: string | undefined;
  readonly features: readonly string[];
  readonly fullFeatureNames: boolean;
}

export interface ResolvedFeatures {
  /** What is read from the store, in order of first appearance. */
  readonly views: readonly ResolvedView[];
  /** What is computed from it, in order of first appearance. */
  readonly computed: readonly ResolvedOnDemandView[];
  /** Undefined when the features were named one by one. */
  readonly service: FeatureService | undefined;
}

/**
 * Looks up what a read asks for.
 *
 * Errors:  NotFoundError (service, view, version or feature), InvalidRequestError (no features, a bad
 *          reference, a disabled view, two columns of one name), NotSupportedError.
 */
export function resolveFeatures(
  snapshot: RegistrySnapshot,
  selection: FeatureSelection,
  versioning: VersioningRules,
): ResolvedFeatures {
  const service =
    selection.featureService === undefined ? undefined : findService(snapshot, selection.featureService);
  const references = service ? referencesOf(service) : selection.features.map(parseFeatureReference);
  if (references.length === 0) throw new InvalidRequestError('No features specified for retrieval');

  const finder = new ViewFinder(snapshot, versioning);
  const requested = service
    ? service.projections.map((projection) => finder.ofService(projection))
    : distinctViews(references).map((reference) => finder.ofReference(reference));
  assertEntities(snapshot, requested);
  assertNoCollision(references, selection.fullFeatureNames);
  const groups = new FeatureGroups(finder, requested);
  for (const reference of references) groups.add(reference);
  return { ...groups.resolved(references, selection.fullFeatureNames), service };
}

/**
 * The views that features are named of, each once, before anything is known of the features.
 *
 * Errors:  NotFoundError (view or version), InvalidRequestError (a bad reference, a disabled view).
 */
export function namedViews(
  snapshot: RegistrySnapshot,
  features: readonly string[],
  versioning: VersioningRules,
): readonly AnyFeatureView[] {
  const finder = new ViewFinder(snapshot, versioning);
  const references = distinctViews(features.map(parseFeatureReference));
  return references.map((reference) => finder.ofReference(reference).view);
}

function referencesOf(service: FeatureService): FeatureReference[] {
  return service.projections.flatMap((projection) => {
    const viewName = projection.alias || projection.viewName;
    const version = projection.versionTag;
    return projection.features.map(({ name: feature }) => ({
      viewName,
      version,
      feature,
      text: `${viewKey(viewName, version)}:${feature}`,
    }));
  });
}

function distinctViews(references: readonly FeatureReference[]): FeatureReference[] {
  const seen = new Map<string, FeatureReference>();
  for (const reference of references) {
    const key = viewKey(reference.viewName, reference.version);
    if (!seen.has(key)) seen.set(key, reference);
  }
  return [...seen.values()];
}

function assertEntities(snapshot: RegistrySnapshot, requested: readonly RequestedView[]): void {
  for (const { view } of requested) {
    for (const name of view.entities) {
      if (name === DUMMY_ENTITY_NAME || snapshot.entities.has(name)) continue;
      throw new NotFoundError(`Entity ${name} does not exist in project ${snapshot.project}`, {
        feastClass: 'EntityNotFoundException',
      });
    }
  }
}

/** With full names Feast compares what was written: `view:a` and `view@latest:a` are one column, and no collision. */
function assertNoCollision(references: readonly FeatureReference[], fullFeatureNames: boolean): void {
  const seen = new Set<string>();
  const duplicates = new Set<string>();
  for (const { viewName, version, feature, text } of references) {
    const identity = fullFeatureNames ? text : feature;
    if (seen.has(identity)) {
      duplicates.add(fullFeatureNames ? `${viewKey(viewName, version)}__${feature}` : feature);
    }
    seen.add(identity);
  }
  if (duplicates.size === 0) return;
  const advice = fullFeatureNames
    ? "please ensure that the feature views or their own features have different names. If you're intentionally joining the same feature view twice on different sets of entities, please rename one of the feature views with '.with_name'."
    : "either use the full feature name by setting 'full_feature_names=True', or ensure that the features in question have different names.";
  throw new InvalidRequestError(
    `Duplicate features named ${[...duplicates].join(', ')} found.\nTo resolve this collision, ${advice}`,
    { feastClass: 'FeatureNameCollisionError' },
  );
}
