import { Injectable } from '@nestjs/common';
import { AccessPolicy, type Resource } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { RegistryService } from '../registry/registry.service.js';
import type { FeatureSelection } from './feature-resolution.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import { PlanCache } from './plan-cache.js';

/** Finds out what a read asks for, and whether its caller may have it. */
@Injectable()
export class ReadPlanner {
  constructor(
    private readonly registry: RegistryService,
    private readonly accessPolicy: AccessPolicy,
    private readonly plans: PlanCache,
  ) {}

  /** Errors: those of `resolveFeatures`, PermissionDeniedError; UnavailableError while there is no registry. */
  plan(caller: Caller, selection: FeatureSelection): OnlineFeaturesPlan {
    const plan = this.plans.plan(this.registry.snapshot(), selection);
    this.accessPolicy.assertAllowed(caller, 'READ_ONLINE', resourcesOf(plan));
    return plan;
  }
}

/** Feast checks the service when one is named, else every view. */
function resourcesOf({ resolved: { service, views } }: OnlineFeaturesPlan): readonly Resource[] {
  return service ? [service] : views.map(({ view }) => view);
}
