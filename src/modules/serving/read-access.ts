import { PermissionDeniedError } from '../../common/errors/errors.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { AccessPolicy } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { type Resource, serviceResource } from '../auth/resource.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import type { FeatureSelection } from './feature-resolution.js';
import { readResources, type ReadRules } from './read-resources.js';
import { findService, missingService } from './view-finder.js';
import { visibleRegistry } from './visible-registry.js';

const READ = ROUTE_ACCESS.getOnlineFeatures.actions.read;

export interface ReadAccessRules extends ReadRules {
  /** What is refused answers as what does not exist. */
  readonly hidesUnreadable: boolean;
}

/** Whether callers may read what they ask for. */
export class ReadAccess {
  constructor(
    private readonly policy: AccessPolicy,
    private readonly rules: ReadAccessRules,
  ) {}

  /**
   * Shape:   the resources that were checked; given again as `known`, they are not looked up again.
   * Errors:  those of `readResources`, PermissionDeniedError; UnavailableError.
   */
  // oxlint-disable-next-line max-params -- who reads what of which registry
  assertReadable(
    caller: Caller,
    snapshot: RegistrySnapshot,
    selection: FeatureSelection,
    known?: readonly Resource[],
  ): readonly Resource[] {
    try {
      const resources = known ?? readResources(snapshot, selection, this.rules);
      this.policy.assertAllowed(caller, READ, resources);
      return resources;
    } catch (error) {
      // With one name refused and another missing, the answer must not tell which.
      if (this.rules.hidesUnreadable) this.throwAsIfAbsent(error, caller, snapshot, selection);
      throw error;
    }
  }

  // oxlint-disable-next-line max-params -- who reads what of which registry, and why that failed
  private throwAsIfAbsent(
    error: unknown,
    caller: Caller,
    snapshot: RegistrySnapshot,
    selection: FeatureSelection,
  ): void {
    const allows = (resource: Resource): boolean => this.policy.allows(caller, READ, [resource]);
    const { featureService } = selection;
    if (featureService === undefined) {
      readResources(visibleRegistry(snapshot, allows), selection, this.rules);
      return;
    }
    const service = findService(snapshot, featureService);
    if (error instanceof PermissionDeniedError || !allows(serviceResource(service))) {
      throw missingService(snapshot, featureService);
    }
  }
}
