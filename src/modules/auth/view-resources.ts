import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { FeatureService } from '../../common/model/feature-service.js';
import { findView } from '../registry/find-view.js';
import { type Resource, serviceResource, viewResource } from './resource.js';

/**
 * What reading views touches: they themselves, and the views that on-demand views are computed from.
 *
 * Shape:  each once; stored views first, then on-demand views, as Feast checks them. A version of a view is checked as
 *         the view is now: a tag that was taken away does not live on in old versions.
 * Errors: NotFoundError for a source view that is gone.
 */
export function resourcesToRead(
  snapshot: RegistrySnapshot,
  views: readonly AnyFeatureView[],
): readonly Resource[] {
  const stored = new Map<string, AnyFeatureView>();
  const onDemand = new Map<string, AnyFeatureView>();
  for (const view of views) {
    const current = snapshot.anyFeatureView(view.name) ?? view;
    if (current.kind === 'on_demand_feature_view') onDemand.set(view.name, current);
    else stored.set(view.name, current);
    for (const name of sourceViewNames(current)) stored.set(name, findView(snapshot, name));
  }
  return [...stored.values(), ...onDemand.values()].map(viewResource);
}

/** What reading by a service touches. Errors: NotFoundError for a view that is gone, where views are checked. */
export function serviceResourcesToRead(
  snapshot: RegistrySnapshot,
  service: FeatureService,
  checksViews: boolean,
): readonly Resource[] {
  if (!checksViews) return [serviceResource(service)];
  const views = service.projections.map(({ viewName }) => findView(snapshot, viewName));
  return [serviceResource(service), ...resourcesToRead(snapshot, views)];
}

/** The names of the views that an on-demand view is computed from. */
export function sourceViewNames(view: AnyFeatureView): readonly string[] {
  if (view.kind !== 'on_demand_feature_view') return [];
  return view.sources.flatMap((source) => (source.kind === 'projection' ? [source.projection.viewName] : []));
}
