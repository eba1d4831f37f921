import { PermissionDeniedError } from '../../common/errors/errors.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { AccessPolicy } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { type Resource, serviceResource } from '../auth/resource.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import type { FeatureSelection } from './feature-resolution.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import type { PlanCache } from './plan-cache.js';
import { readResources, type ReadRules } from './read-resources.js';
import { findService, missingService } from './view-finder.js';
import { visibleRegistry } from './visible-registry.js';

const READ = ROUTE_ACCESS.getOnlineFeatures.actions.read;

export interface ReadAccessRules extends ReadRules {
  /** What is refused answers as what does not exist. */
  readonly hidesUnreadable: boolean;
}

/** Plans of reads, for those who may read what they touch. */
export class AuthorizedPlans {
  /** The list of a plan is the same object at every request, so that the policy decides it once. */
  private readonly resources = new WeakMap<OnlineFeaturesPlan, readonly Resource[]>();

  constructor(
    private readonly plans: PlanCache,
    private readonly policy: AccessPolicy,
    private readonly rules: ReadAccessRules,
  ) {}

  /** Errors: those of `readResources`, PermissionDeniedError, then those of `resolveFeatures`. */
  plan(caller: Caller, snapshot: RegistrySnapshot, selection: FeatureSelection): OnlineFeaturesPlan {
    const known = this.plans.known(snapshot, selection);
    const resources = known && this.resources.get(known);
    if (known && resources) {
      this.assertReadable(caller, snapshot, selection, () => resources);
      return known;
    }
    const found = this.assertReadable(caller, snapshot, selection, () =>
      readResources(snapshot, selection, this.rules),
    );
    const plan = this.plans.plan(snapshot, selection);
    this.resources.set(plan, found);
    return plan;
  }

  // oxlint-disable-next-line max-params -- who reads what of which registry, and what that touches
  private assertReadable(
    caller: Caller,
    snapshot: RegistrySnapshot,
    selection: FeatureSelection,
    find: () => readonly Resource[],
  ): readonly Resource[] {
    try {
      const resources = find();
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
