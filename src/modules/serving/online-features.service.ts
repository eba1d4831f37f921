import { Injectable } from '@nestjs/common';
import type { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { OnlineStore } from '../online-store/online-store.js';
import { OnlineFeaturesReader } from './online-features-reader.js';
import type { OnlineFeaturesRequest } from './online-features.request.js';
import { ReadObserver } from './read-observer.js';
import { ReadPlanner } from './read-planner.js';

/** Answers reads: authorise, plan, read, render. */
@Injectable()
export class OnlineFeaturesService {
  private readonly reader: OnlineFeaturesReader;

  constructor(
    private readonly planner: ReadPlanner,
    store: OnlineStore,
    private readonly observer: ReadObserver,
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
    const observed = this.observer.begin(caller, request);
    if (!observed) return this.reader.answer(this.planner.plan(caller, request), request, deadline);
    return observed.outcome(() => {
      const plan = this.planner.plan(caller, request);
      observed.resolved(plan);
      return this.reader.answer(plan, request, deadline, observed);
    });
  }
}
