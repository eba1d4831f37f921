import { Injectable } from '@nestjs/common';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { OnlineStore } from '../online-store/online-store.js';
import { RegistryService } from '../registry/registry.service.js';
import { AuthorizedPlans } from './authorized-plans.js';
import { OnlineFeaturesReader } from './online-features-reader.js';
import type { OnlineFeaturesRequest } from './online-features.request.js';

/** Answers reads: authorise, plan, read, render. */
@Injectable()
export class OnlineFeaturesService {
  private readonly reader: OnlineFeaturesReader;

  constructor(
    private readonly registry: RegistryService,
    store: OnlineStore,
    private readonly plans: AuthorizedPlans,
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
    const plan = this.plans.plan(caller, this.registry.snapshot(), request);
    return this.reader.answer(plan, request, deadline);
  }
}
