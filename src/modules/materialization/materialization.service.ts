import { Injectable } from '@nestjs/common';
import { SalverConfiguration } from '../../common/config/configuration.module.js';
import { UnavailableError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';
import type { Caller } from '../auth/caller.js';
import { requestorId } from '../metrics/refusal-audit.js';
import { RegistryRefresh } from '../registry/registry-refresh.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { failureOfJob } from './job-failure.js';
import type { MaterializationJob } from './materialization-job.js';
import { hasEnded, MaterializationJobs } from './materialization-jobs.js';
import { MaterializationPlanner } from './materialization-planner.js';
import type { MaterializeCommand, MaterializeMode } from './materialize.request.js';
import { conflictBody, materializingViews } from './view-conflicts.js';

/** The primary process takes a job in no time; looking at a registry takes as long as the registry. */
const SUBMIT_LIMIT_MS = 10_000;
const REFRESH_LIMIT_MS = 5000;

export interface MaterializeCall {
  /** As metrics name it. */
  readonly endpoint: '/materialize' | '/materialize-incremental';
  readonly caller: Caller;
  readonly command: MaterializeCommand;
  readonly mode: MaterializeMode;
  /** How long the caller waits at most; undefined: as long as the server allows. */
  readonly waitMs: number | undefined;
  /** Told as soon as there is a job, which goes on from then on. */
  readonly onAccepted: (jobId: string) => void;
}

export interface MaterializeAnswer {
  readonly status: 200 | 202 | 409;
  readonly body: unknown;
}

/** Answers `/materialize` and `/materialize-incremental`: look up, authorise, plan, hand over, wait. */
@Injectable()
export class MaterializationService {
  // oxlint-disable-next-line max-params -- what Nest injects
  constructor(
    private readonly jobs: MaterializationJobs,
    private readonly registry: RegistryRefresh,
    private readonly planner: MaterializationPlanner,
    private readonly metrics: RequestMetrics,
    private readonly salver: SalverConfiguration,
  ) {}

  /**
   * Errors: NotFoundError, PermissionDeniedError, InvalidRequestError: nothing was begun. UnavailableError: no more
   *         jobs are taken, or the caller's time is up and the job goes on. Those of `failureOfJob`.
   */
  async materialize(call: MaterializeCall): Promise<MaterializeAnswer> {
    const startedMs = performance.now();
    const series = this.metrics.of(call.endpoint);
    const seconds = (): number => (performance.now() - startedMs) / 1000;
    try {
      const answer = await this.answer(call);
      series?.observe('success', seconds());
      return answer;
    } catch (error) {
      series?.observe('error', seconds());
      throw error;
    }
  }

  private async answer(call: MaterializeCall): Promise<MaterializeAnswer> {
    await this.seeRegistry();
    const { selected, job } = this.planner.plan(call.caller, call.command);
    const { isAsync, force } = call.mode;
    const refusesConflicts = isAsync && !force;
    const stuck = refusesConflicts ? materializingViews(selected) : [];
    if (stuck.length > 0) return { status: 409, body: conflictBody(stuck) };
    const submission = {
      job: { ...job, leaseWaitMs: this.timeoutMs },
      requestor: requestorId(call.caller),
      whenBusy: refusesConflicts ? 'refuse' : 'wait',
    } as const;
    const submitted = await this.jobs.submit(submission, Deadline.after(SUBMIT_LIMIT_MS));
    if (submitted.kind === 'refused') throw new UnavailableError(submitted.reason);
    if (submitted.kind === 'busy') {
      return { status: 409, body: conflictBody(submitted.viewNames) };
    }
    call.onAccepted(job.id);
    if (!isAsync) return this.waitFor(job, call);
    const names = selected.map(({ view }) => view.name);
    return { status: 202, body: { status: 'accepted', feature_views: names } };
  }

  private async waitFor({ id }: MaterializationJob, { waitMs }: MaterializeCall): Promise<MaterializeAnswer> {
    const limitMs = Math.min(this.timeoutMs, waitMs ?? Infinity);
    const job = await this.jobs.ended(id, Deadline.after(limitMs));
    if (job === undefined) throw new UnavailableError(`job ${id} has ended, and is forgotten already`);
    if (!hasEnded(job)) {
      throw new UnavailableError(
        `job ${id} is not done after ${limitMs / 1000} s. It goes on: GET /materialize/jobs/${id} tells how it is`,
      );
    }
    const failure = failureOfJob(job);
    if (failure !== undefined) throw failure;
    return { status: 200, body: null };
  }

  /** What was just applied can be loaded; a registry that cannot be read now is used as it was. */
  private async seeRegistry(): Promise<void> {
    await this.registry.refresh(Deadline.after(REFRESH_LIMIT_MS)).catch((error: unknown) => {
      if (!(error instanceof UnavailableError)) throw error;
    });
  }

  private get timeoutMs(): number {
    return this.salver.config.materialization.timeoutSeconds * 1000;
  }
}
