import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { Resource } from '../auth/resource.js';
import { resourcesToRead, serviceResourcesToRead } from '../auth/view-resources.js';
import { type FeatureSelection, namedViews } from './feature-resolution.js';
import { findService, type VersioningRules } from './view-finder.js';

export interface ReadRules {
  readonly versioning: VersioningRules;
  /** A caller of a service must be allowed to read its views, too. */
  readonly checksServiceViews: boolean;
}

/**
 * What a caller must be allowed to read, before anything else is looked up of it: Feast refuses a view before it says
 * which features that view does not have.
 *
 * Errors:  NotFoundError (service, view or version), InvalidRequestError (a bad reference, a disabled view).
 */
export function readResources(
  snapshot: RegistrySnapshot,
  { featureService, features }: FeatureSelection,
  { versioning, checksServiceViews }: ReadRules,
): readonly Resource[] {
  if (featureService === undefined)
    return resourcesToRead(snapshot, namedViews(snapshot, features, versioning));
  return serviceResourcesToRead(snapshot, findService(snapshot, featureService), checksServiceViews);
}
