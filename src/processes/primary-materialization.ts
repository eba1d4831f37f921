import type { Logger } from 'pino';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { Deadline } from '../common/model/deadline.js';
import type { ViewResult } from '../modules/materialization/materialization-job.js';
import type { JobRecord } from '../modules/materialization/materialization-jobs.js';
import type { RegistryPoller } from '../modules/registry/registry-poller.js';
import { answerJobsRequest } from './jobs-answer.js';
import { MaterializationAudit } from './materialization-audit.js';
import { MaterializationQueue } from './materialization-queue.js';
import type { ToPrimary } from './messages.js';
import type { PrimaryMetrics } from './primary-metrics.js';
import type { WorkerHandle } from './worker-handle.js';

/** How long the workers may take to learn what a job has recorded, before whoever waits for it is answered. */
const REFRESH_LIMIT_MS = 10_000;

interface Parts {
  readonly configuration: () => LoadedConfiguration;
  readonly poller: Pick<RegistryPoller, 'refreshNow'>;
  readonly logger: Logger;
  readonly metrics: PrimaryMetrics | undefined;
}

/** The jobs that workers take over HTTP: run, logged, counted and audited in the primary process. */
export class PrimaryMaterialization {
  private readonly queue: MaterializationQueue;
  private readonly audit: MaterializationAudit;

  constructor(private readonly parts: Parts) {
    const { configuration } = parts;
    this.audit = new MaterializationAudit(configuration(), parts.logger);
    this.queue = new MaterializationQueue({
      configuration,
      events: {
        onStarted: (job, pid) => this.started(job, pid),
        onViewDone: (result) => this.viewDone(result),
        onSaid: ({ id }, { level, text }) => parts.logger[level]({ job: id }, text),
        onEnded: (job) => this.ended(job),
      },
    });
  }

  /** Answers a worker, which may have ended meanwhile. */
  async answer(
    worker: WorkerHandle,
    { number, request, limitMs }: Extract<ToPrimary, { type: 'jobs-request' }>,
  ): Promise<void> {
    if (request.kind === 'wait') worker.callerWaits(limitMs);
    const answer = await answerJobsRequest(this.queue, request, limitMs);
    worker.send({ type: 'jobs-answer', number, answer });
  }

  /** Resolves when all jobs have ended, about `graceMs` later at most. */
  async stop(graceMs: number): Promise<void> {
    await this.queue.stop('the server is stopping', graceMs);
    this.audit.close();
  }

  /** Log files were rotated. */
  reopenLogs(): void {
    this.audit.reopen();
  }

  private started({ id, viewNames, requestor }: JobRecord, pid: number | undefined): void {
    this.parts.logger.info({ job: id, process: pid, viewNames, requestor }, 'materialization started');
  }

  private viewDone(result: ViewResult): void {
    this.parts.metrics?.materialized(result);
  }

  /** The next reads, and the next incremental run, are to know what was recorded. */
  private async ended(job: JobRecord): Promise<void> {
    const { logger, poller } = this.parts;
    const views = job.results.map(({ viewName, status, rowsWritten, reason }) => ({
      viewName,
      status,
      rowsWritten,
      reason,
    }));
    const level = job.status === 'succeeded' ? 'info' : 'warn';
    logger[level]({ job: job.id, status: job.status, views }, 'materialization ended');
    for (const service of job.staleServices) {
      logger.warn({ service, job: job.id }, 'a feature service is served from vectors made before this job');
    }
    this.audit.record(job);
    if (job.results.some(({ status }) => status === 'loaded')) {
      await poller.refreshNow(Deadline.after(REFRESH_LIMIT_MS));
    }
  }
}
