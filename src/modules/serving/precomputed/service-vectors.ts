import { DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import type { FeatureService } from '../../../common/model/feature-service.js';
import type { AnyFeatureView } from '../../../common/model/feature-view.js';
import { PRECOMPUTED_FEATURE, precomputedView } from '../../../common/model/precomputed-view.js';
import type { ReadPlan, ViewRead } from '../../../common/model/read-plan.js';
import type { RegistrySnapshot } from '../../../common/model/registry-snapshot.js';
import type { ViewTable } from '../../online-store/online-store-tables.js';
import type { ResolvedView } from '../feature-groups.js';
import { resolveFeatures } from '../feature-resolution.js';
import type { VersioningRules } from '../view-finder.js';

/** Values of a batch of entities that are in memory at once. */
const MOST_CELLS = 100_000;
const MOST_KEYS = 1000;

/**
 * How the vectors of one feature service are made.
 *
 * A vector lies under the key of the first view, and all views are read under that key, as Feast does: the values of a
 * view of other entities are null in it.
 */
export class ServiceVectors {
  readonly viewName: string;
  /** `view__feature`, in the order of the service. */
  readonly names: readonly string[];
  /** `viewKeys[v]`: what names of view `v` begin with. */
  readonly viewKeys: readonly string[];
  /** What a vector is made of. */
  readonly contentPlan: ReadPlan;
  /** The same, and behind it the vector itself. */
  readonly checkPlan: ReadPlan;
  readonly keysPerBatch: number;
  private readonly views: readonly ResolvedView[];

  /** Errors: those of `resolveFeatures`: a view or a feature of the service is gone, or disabled. */
  constructor(
    private readonly snapshot: RegistrySnapshot,
    service: FeatureService,
    versioning: VersioningRules,
  ) {
    const selection = { featureService: service.name, features: [], fullFeatureNames: true };
    this.views = resolveFeatures(snapshot, selection, versioning).views;
    this.viewName = precomputedView(service.name);
    this.names = this.views.flatMap(({ key, features }) => features.map((feature) => `${key}__${feature}`));
    this.viewKeys = this.views.map(({ key }) => key);
    const reads = this.views.map(({ view, version, features }): ViewRead => ({
      viewName: view.name,
      version,
      features,
    }));
    const vector: ViewRead = { viewName: this.viewName, version: 0, features: [PRECOMPUTED_FEATURE] };
    this.contentPlan = { project: snapshot.project, views: reads };
    this.checkPlan = { project: snapshot.project, views: [...reads, vector] };
    this.keysPerBatch = Math.max(1, Math.min(MOST_KEYS, Math.floor(MOST_CELLS / this.names.length)));
  }

  /** Whether vectors lie under the keys of this view's rows. */
  sharesKeysOf(viewName: string): boolean {
    const first = this.views[0]!.view;
    return this.views.some(({ view }) => view.name === viewName && haveSameKeys(view, first));
  }

  /** The views in whose rows the entities are found. */
  keyTables(): readonly ViewTable[] {
    const first = this.views[0]!.view;
    return this.views
      .filter(({ view }) => haveSameKeys(view, first))
      .map(({ view, version, features }) => ({
        project: this.snapshot.project,
        viewName: view.name,
        version,
        joinKeys: joinKeysOf(view),
        features,
      }));
  }
}

/** Services that are served from vectors and use one of the views. Feast computes one with an on-demand view anew. */
export function precomputedServicesOf(
  snapshot: RegistrySnapshot,
  viewNames: ReadonlySet<string>,
): readonly FeatureService[] {
  return [...snapshot.featureServices.values()].filter(
    ({ precomputeOnline, projections }) =>
      precomputeOnline &&
      projections.some(({ viewName }) => viewNames.has(viewName)) &&
      !projections.some(({ viewName }) => snapshot.onDemandFeatureViews.has(viewName)),
  );
}

function haveSameKeys(view: AnyFeatureView, other: AnyFeatureView): boolean {
  const [names, others] = [new Set(joinKeysOf(view)), new Set(joinKeysOf(other))];
  return names.size === others.size && [...names].every((name) => others.has(name));
}

function joinKeysOf({ entityColumns }: AnyFeatureView): readonly string[] {
  return entityColumns.map(({ name }) => name).filter((name) => name !== DUMMY_JOIN_KEY);
}
