import { Injectable } from '@nestjs/common';
import type { Deadline } from '../../common/model/deadline.js';
import { AccessPolicy, type Resource } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { OnlineStore } from '../online-store/online-store.js';
import { RegistryService } from '../registry/registry.service.js';
import { OnlineFeaturesReader } from './online-features-reader.js';
import type { OnlineFeaturesRequest } from './online-features.request.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import { PlanCache } from './plan-cache.js';

/** Answers reads: plan, authorise, read, render. */
@Injectable()
export class OnlineFeaturesService {
  private readonly reader: OnlineFeaturesReader;

  constructor(
    private readonly registry: RegistryService,
    store: OnlineStore,
    private readonly accessPolicy: AccessPolicy,
    private readonly plans: PlanCache,
  ) {
    this.reader = new OnlineFeaturesReader(store);
  }

  /**
   * The answer to `POST /get-online-features`, as JSON text.
   *
   * Errors:  InvalidValueError, InvalidRequestError, NotFoundError, NotSupportedError, PermissionDeniedError;
   *          UnavailableError when registry or store cannot answer before the deadline.
   */
  read(caller: Caller, request: OnlineFeaturesRequest, deadline: Deadline): Buffer | Promise<Buffer> {
    const plan = this.plans.plan(this.registry.snapshot(), request);
    this.accessPolicy.assertAllowed(caller, 'READ_ONLINE', resourcesOf(plan));
    return this.reader.answer(plan, request, deadline);
  }
}

/** Feast checks the service when one is named, else every view. */
function resourcesOf({ resolved: { service, views } }: OnlineFeaturesPlan): readonly Resource[] {
  return service ? [service] : views.map(({ view }) => view);
}
