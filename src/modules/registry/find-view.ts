import { NotFoundError } from '../../common/errors/errors.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';

/** The view as it is now, of whatever kind. Errors: NotFoundError. */
export function findView(snapshot: RegistrySnapshot, name: string): AnyFeatureView {
  const view = snapshot.anyFeatureView(name);
  if (view) return view;
  throw new NotFoundError(`Feature view ${name} does not exist in project ${snapshot.project}`, {
    feastClass: 'FeatureViewNotFoundException',
  });
}
