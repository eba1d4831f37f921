import { Injectable } from '@nestjs/common';
import type { Caller } from '../auth/caller.js';
import type { Resource } from '../auth/resource.js';
import { RegistryService } from '../registry/registry.service.js';
import type { FeatureSelection } from './feature-resolution.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import { PlanCache } from './plan-cache.js';
import { ReadAccess } from './read-access.js';

/** Finds out what a read asks for, for those who may have it. */
@Injectable()
export class ReadPlanner {
  /** The list of a plan is the same object at every request, so that the policy decides it once. */
  private readonly resources = new WeakMap<OnlineFeaturesPlan, readonly Resource[]>();

  constructor(
    private readonly registry: RegistryService,
    private readonly access: ReadAccess,
    private readonly plans: PlanCache,
  ) {}

  /**
   * Errors: those of `readResources`, PermissionDeniedError, then those of `resolveFeatures`; UnavailableError while
   *         there is no registry.
   */
  plan(caller: Caller, selection: FeatureSelection): OnlineFeaturesPlan {
    const snapshot = this.registry.snapshot();
    const known = this.plans.known(snapshot, selection);
    const checked = known && this.resources.get(known);
    const resources = this.access.assertReadable(caller, snapshot, selection, checked);
    if (known && checked) return known;
    const plan = this.plans.plan(snapshot, selection);
    this.resources.set(plan, resources);
    return plan;
  }
}
