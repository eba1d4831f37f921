import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { type Resource, viewResource } from '../auth/resource.js';
import { sourceViewNames } from '../auth/view-resources.js';

/**
 * A registry in which the views that a caller may not read are not there, so that every look-up says of them what it
 * says of a name that nobody ever used. An on-demand view goes with any of its source views.
 */
export function visibleRegistry(
  snapshot: RegistrySnapshot,
  allows: (resource: Resource) => boolean,
): RegistrySnapshot {
  const isVisible = (view: AnyFeatureView): boolean => {
    const sources = sourceViewNames(view).map((name) => snapshot.anyFeatureView(name));
    const touched = [view, ...sources.filter((source) => source !== undefined)];
    return touched.every((each) => allows(viewResource(each)));
  };
  const visible = (view: AnyFeatureView | undefined): AnyFeatureView | undefined =>
    view && isVisible(view) ? view : undefined;
  return {
    ...snapshot,
    anyFeatureView: (name) => visible(snapshot.anyFeatureView(name)),
    viewAtVersion: (name, version) => {
      const view = snapshot.viewAtVersion(name, version);
      return view && isVisible(snapshot.anyFeatureView(name) ?? view) ? view : undefined;
    },
  };
}
