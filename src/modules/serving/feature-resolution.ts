import {
  parseFeatureReference,
  viewKey,
  type FeatureReference,
} from '../../common/codec/feature-reference.codec.js';
import { InvalidRequestError, NotFoundError, NotSupportedError } from '../../common/errors/errors.js';
import { DUMMY_ENTITY_NAME } from '../../common/model/entity.js';
import type { FeatureService } from '../../common/model/feature-service.js';
import type { AnyFeatureView, FeatureViewProjection } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';

/** What a read asks for, before anything is looked up. */
export interface FeatureSelection {
  readonly featureService: string | undefined;
  readonly features: readonly string[];
  readonly fullFeatureNames: boolean;
}

/** One view of a read, with what is read of it. */
export interface ResolvedView {
  readonly view: AnyFeatureView;
  /** Alias or name, with `@vN` for a version that was asked for: how references and full names call it. */
  readonly key: string;
  /** The version whose rows are read; 0 where versions share their rows. */
  readonly version: number;
  /** Join key → the name that the request uses. */
  readonly joinKeyMap: ReadonlyMap<string, string>;
  /** In the order of the request. */
  readonly features: readonly string[];
}

export interface ResolvedFeatures {
  /** In order of first appearance. */
  readonly views: readonly ResolvedView[];
  /** Undefined when the features were named one by one. */
  readonly service: FeatureService | undefined;
}

/** How versions of views are read. */
export interface VersioningRules {
  /** Versions have rows of their own. */
  readonly online: boolean;
  /**
   * A service whose projection names no version reads the rows of the current one. Feast loses the version on the
   * way and reads those of the base version.
   */
  readonly servicesReadCurrent: boolean;
}

/** A view as it was asked for, before its features are known. */
interface RequestedView {
  readonly view: AnyFeatureView;
  readonly key: string;
  readonly version: number;
  readonly projection: FeatureViewProjection | undefined;
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
  return { views: groupFeatures(requested, references), service };
}

function findService(snapshot: RegistrySnapshot, name: string): FeatureService {
  const service = snapshot.featureServices.get(name);
  if (!service) {
    throw new NotFoundError(`Feature service ${name} does not exist in project ${snapshot.project}`, {
      feastClass: 'FeatureServiceNotFoundException',
    });
  }
  return service;
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

class ViewFinder {
  constructor(
    private readonly snapshot: RegistrySnapshot,
    private readonly versioning: VersioningRules,
  ) {}

  ofReference({ viewName, version }: FeatureReference): RequestedView {
    const view = this.usable(
      version === undefined ? this.current(viewName) : this.atVersion(viewName, version),
    );
    return {
      view,
      key: viewKey(viewName, version),
      version: this.versioning.online ? Number(version ?? view.currentVersionNumber) : 0,
      projection: undefined,
    };
  }

  /** The view as it is now, whatever version its rows are read of. */
  ofService(projection: FeatureViewProjection): RequestedView {
    const view = this.usable(this.current(projection.viewName));
    assertProjection(view, projection);
    const untagged = this.versioning.servicesReadCurrent ? view.currentVersionNumber : 0;
    return {
      view,
      key: viewKey(projection.alias || projection.viewName, projection.versionTag),
      version: this.versioning.online ? (projection.versionTag ?? untagged) : 0,
      projection,
    };
  }

  private usable(view: AnyFeatureView): AnyFeatureView {
    const { name } = view;
    if (view.disabled) {
      throw new InvalidRequestError(
        `Feature view '${name}' is disabled and cannot serve features. Enable it with \`feast feature-views enable ${name}\` or set enabled=True.`,
      );
    }
    if (view.kind === 'on_demand_feature_view' && !view.writeToOnlineStore) {
      throw new NotSupportedError(
        `Feature view '${name}' is computed on demand, which this version of Salver does not do`,
      );
    }
    return view;
  }

  private current(name: string): AnyFeatureView {
    const view = this.snapshot.anyFeatureView(name);
    if (view) return view;
    throw new NotFoundError(`Feature view ${name} does not exist in project ${this.snapshot.project}`, {
      feastClass: 'FeatureViewNotFoundException',
    });
  }

  private atVersion(name: string, version: number | bigint): AnyFeatureView {
    if (!this.versioning.online) {
      throw new InvalidRequestError(
        `Version-qualified ref '${viewKey(name, version)}' not supported: online versioning is disabled. Set 'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml.`,
      );
    }
    // No registry can hold a version beyond the safe integers.
    const view = typeof version === 'number' ? this.snapshot.viewAtVersion(name, version) : undefined;
    if (view) return view;
    throw new NotFoundError(
      `Version v${version} of feature view ${name} does not exist in project ${this.snapshot.project}`,
      { feastClass: 'FeatureViewVersionNotFound' },
    );
  }
}

/** A service may have been applied for another shape of the view. */
function assertProjection(view: AnyFeatureView, projection: FeatureViewProjection): void {
  for (const { name, valueType } of projection.features) {
    if (view.features.some((field) => field.name === name && field.valueType === valueType)) continue;
    throw new NotFoundError(
      `The projection for ${view.name} cannot be applied because it contains ${name} which the FeatureView doesn't have.`,
    );
  }
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

/** Sorts the references into their views; a view that only a service names with no features is left out. */
function groupFeatures(
  requested: readonly RequestedView[],
  references: readonly FeatureReference[],
): ResolvedView[] {
  const byKey = new Map(requested.map((view) => [view.key, view]));
  const features = new Map<string, Set<string>>();
  for (const { viewName, version, feature } of references) {
    const key = viewKey(viewName, version);
    assertFeature(byKey.get(key), key, feature);
    const group = features.get(key);
    if (group) group.add(feature);
    else features.set(key, new Set([feature]));
  }
  return [...features].map(([key, names]) => {
    const { view, version, projection } = byKey.get(key) as RequestedView;
    return { view, key, version, joinKeyMap: projection?.joinKeyMap ?? new Map(), features: [...names] };
  });
}

function assertFeature(requested: RequestedView | undefined, key: string, feature: string): void {
  const fields = requested?.projection?.features ?? requested?.view.features ?? [];
  if (fields.some((field) => field.name === feature)) return;
  // A stored on-demand view answers null for a name that it does not have.
  if (requested?.view.kind === 'on_demand_feature_view') return;
  throw new NotFoundError(`'Feature ${feature} not found in projection ${key}'`);
}
