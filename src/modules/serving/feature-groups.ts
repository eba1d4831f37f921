import { type FeatureReference, viewKey } from '../../common/codec/feature-reference.codec.js';
import { NotFoundError } from '../../common/errors/errors.js';
import type {
  AnyFeatureView,
  FeatureViewProjection,
  OnDemandFeatureView,
} from '../../common/model/feature-view.js';
import type { RequestedView, ViewFinder } from './view-finder.js';

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
  /** Read beside the features, for on-demand views alone: the answer does not show them. */
  readonly inputs: readonly string[];
}

/** An on-demand view of a read that is computed from what was read. */
export interface ResolvedOnDemandView {
  readonly view: OnDemandFeatureView;
  readonly key: string;
  /** In the order of the request. */
  readonly features: readonly string[];
}

/** A view that is computed when it is read, not read from the store. */
export function isComputed(view: AnyFeatureView): view is OnDemandFeatureView {
  return view.kind === 'on_demand_feature_view' && !view.writeToOnlineStore;
}

/** How the key of a source view is made: it may go by another name, or be read at a version. */
export function sourceKey({ alias, viewName, versionTag }: FeatureViewProjection): string {
  return viewKey(alias || viewName, versionTag);
}

interface Group {
  readonly requested: RequestedView;
  /** In the order of the request. */
  readonly features: Set<string>;
  /** What on-demand views need. */
  readonly inputs: Set<string>;
}

/**
 * Sorts references into their views. The sources of an on-demand view are read where its first reference stands; one
 * that is asked for itself, too, is read once. A view that only a service names with no features is left out.
 */
export class FeatureGroups {
  private readonly requested: ReadonlyMap<string, RequestedView>;
  private readonly stored = new Map<string, Group>();
  private readonly computed = new Map<string, Set<string>>();

  constructor(
    private readonly finder: ViewFinder,
    requested: readonly RequestedView[],
  ) {
    this.requested = new Map(requested.map((view) => [view.key, view]));
  }

  /** Errors: NotFoundError for a feature that the view does not have, or a source view that is gone. */
  add({ viewName, version, feature }: FeatureReference): void {
    const key = viewKey(viewName, version);
    const requested = this.requested.get(key);
    assertFeature(requested, key, feature);
    const { view } = requested;
    if (!isComputed(view)) {
      this.group(requested).features.add(feature);
      return;
    }
    const features = this.computed.get(key);
    if (features) features.add(feature);
    else {
      this.computed.set(key, new Set([feature]));
      this.addSources(view);
    }
  }

  /**
   * Shape: an input is a feature of the answer where its name is among those that were asked for, whoever has it: as in
   *        Feast, which takes away columns by their names alone.
   */
  resolved(
    references: readonly FeatureReference[],
    fullFeatureNames: boolean,
  ): { views: readonly ResolvedView[]; computed: readonly ResolvedOnDemandView[] } {
    const name = (key: string, feature: string): string =>
      fullFeatureNames ? `${key}__${feature}` : feature;
    const names = new Set(
      references.map(({ viewName, version, feature }) => name(viewKey(viewName, version), feature)),
    );
    const views = [...this.stored.values()].map(({ requested, features, inputs }) => {
      const { key } = requested;
      for (const input of inputs) if (names.has(name(key, input))) features.add(input);
      const hidden = [...inputs].filter((input) => !features.has(input));
      return { ...resolvedView(requested), features: [...features], inputs: hidden };
    });
    const computed = [...this.computed].map(([key, features]) => ({
      view: this.requested.get(key)?.view as OnDemandFeatureView,
      key,
      features: [...features],
    }));
    return { views, computed };
  }

  /** Those that are asked for themselves come first, in the order of the request: Feast's order is another in each process. */
  private addSources(view: OnDemandFeatureView): void {
    const asked = [...this.requested.keys()].toReversed();
    const rank = (projection: FeatureViewProjection): number => asked.indexOf(sourceKey(projection));
    const sources = view.sources.flatMap((source) =>
      source.kind === 'projection' ? [source.projection] : [],
    );
    for (const projection of sources.toSorted((a, b) => rank(b) - rank(a))) {
      const known = this.stored.get(sourceKey(projection));
      const { inputs } = known ?? this.group(this.finder.ofSource(view, projection));
      for (const { name } of projection.features) inputs.add(name);
    }
  }

  /** What is asked for directly says how a view is read, also when an on-demand view needs it first. */
  private group(found: RequestedView): Group {
    const direct = this.requested.get(found.key);
    const requested = direct && !isComputed(direct.view) ? direct : found;
    const known = this.stored.get(requested.key);
    if (known) return known;
    const group = { requested, features: new Set<string>(), inputs: new Set<string>() };
    this.stored.set(requested.key, group);
    return group;
  }
}

function resolvedView({ view, key, version, projection }: RequestedView) {
  return { view, key, version, joinKeyMap: projection?.joinKeyMap ?? new Map<string, string>() };
}

function assertFeature(
  requested: RequestedView | undefined,
  key: string,
  feature: string,
): asserts requested is RequestedView {
  const fields = requested?.projection?.features ?? requested?.view.features ?? [];
  if (fields.some((field) => field.name === feature)) return;
  // A stored on-demand view answers null for a name that it does not have.
  if (requested?.view.kind === 'on_demand_feature_view' && requested.view.writeToOnlineStore) return;
  throw new NotFoundError(`'Feature ${feature} not found in projection ${key}'`);
}
