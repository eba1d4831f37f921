import { Injectable } from '@nestjs/common';
import { NotFoundError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { Action } from '../../common/model/permission.js';
import { AccessPolicy } from '../auth/access-policy.js';
import type { Caller } from '../auth/caller.js';
import { type Resource, resourceOf, viewResource } from '../auth/resource.js';
import { ROUTE_ACCESS } from '../auth/route-access.js';
import { requestorId } from '../metrics/refusal-audit.js';
import { RegistryService } from '../registry/registry.service.js';
import { type JobRecord, MaterializationJobs } from './materialization-jobs.js';

const SEE = ROUTE_ACCESS.listMaterializationJobs.actions.describe;
const CANCEL = ROUTE_ACCESS.cancelMaterializationJob.actions.write;

/** Jobs as callers may see and end them. */
@Injectable()
export class MaterializationJobsService {
  constructor(
    private readonly jobs: MaterializationJobs,
    private readonly registry: RegistryService,
    private readonly policy: AccessPolicy,
  ) {}

  /** Shape: the newest first; without those that the caller may not see. Errors: UnavailableError. */
  async list(caller: Caller, deadline: Deadline): Promise<readonly JobRecord[]> {
    const jobs = await this.jobs.list(deadline);
    return jobs.filter((job) => this.policy.allows(caller, SEE, this.resourcesOf(job)));
  }

  /** Errors: NotFoundError, PermissionDeniedError, UnavailableError. */
  async get(caller: Caller, jobId: string, deadline: Deadline): Promise<JobRecord> {
    return this.find(caller, SEE, jobId, deadline);
  }

  /**
   * Ends a job. One that has ended stays as it is.
   *
   * Shape:  the job as it is when it has ended, or when the time is up.
   * Errors: those of `get`.
   */
  async cancel(caller: Caller, jobId: string, deadline: Deadline): Promise<JobRecord> {
    const job = await this.find(caller, CANCEL, jobId, deadline);
    return (await this.jobs.cancel(jobId, `cancelled by ${requestorId(caller)}`, deadline)) ?? job;
  }

  // oxlint-disable-next-line max-params -- who wants to do what with which job
  private async find(
    caller: Caller,
    actions: readonly Action[],
    jobId: string,
    deadline: Deadline,
  ): Promise<JobRecord> {
    const job = await this.jobs.find(jobId, deadline);
    if (job !== undefined) {
      this.policy.assertAllowed(caller, actions, this.resourcesOf(job));
      return job;
    }
    throw new NotFoundError(
      `There is no job ${jobId}: it never was, or it ended long ago, or in a server that was started anew since`,
    );
  }

  /** A view that is gone has no tags any more, and is checked by its name. */
  private resourcesOf({ viewNames }: JobRecord): readonly Resource[] {
    const snapshot = this.registry.snapshot();
    return viewNames.map((name) => {
      const view = snapshot.anyFeatureView(name);
      return view === undefined ? resourceOf('FEATURE_VIEW', { name, tags: new Map() }) : viewResource(view);
    });
  }
}
