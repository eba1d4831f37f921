import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { Deadline } from '../common/model/deadline.js';
import type { ViewResult } from '../modules/materialization/materialization-job.js';
import {
  type JobRecord,
  type JobSubmission,
  MaterializationJobs,
  type SubmitAnswer,
} from '../modules/materialization/materialization-jobs.js';
import { type Cancellation, MaterializationRun, type Said } from './materialization-run.js';

export interface MaterializationQueueEvents {
  readonly onStarted: (job: JobRecord, pid: number | undefined) => void;
  readonly onViewDone: (result: ViewResult) => void;
  /** The process of the job said something. */
  readonly onSaid: (job: JobRecord, said: Said) => void;
  /** Whoever waits for the job is told when this has resolved. */
  readonly onEnded: (job: JobRecord) => Promise<void>;
}

export interface QueueContext {
  /** As it is now: jobs take it when they begin. */
  readonly configuration: () => LoadedConfiguration;
  readonly events: MaterializationQueueEvents;
}

/**
 * The jobs of this server, in its primary process: so many at a time, of each view one, in the order in which they
 * came. A job that waits for a view lets others pass that do not need one of its views.
 */
export class MaterializationQueue extends MaterializationJobs {
  private readonly queued: MaterializationRun[] = [];
  private readonly running = new Set<MaterializationRun>();
  /** Those that have ended, the oldest first. */
  private readonly past = new Map<string, MaterializationRun>();
  private readonly ends = new Map<string, PromiseWithResolvers<void>>();
  private stopReason: string | undefined;

  constructor(private readonly context: QueueContext) {
    super();
  }

  override submit(submission: JobSubmission): Promise<SubmitAnswer> {
    return Promise.resolve(this.take(submission));
  }

  override async ended(jobId: string, deadline: Deadline): Promise<JobRecord | undefined> {
    const end = this.ends.get(jobId);
    if (end !== undefined) await inTime(end.promise, deadline);
    return this.get(jobId)?.record;
  }

  override list(): Promise<readonly JobRecord[]> {
    const all = [...this.past.values(), ...this.running, ...this.queued].map(({ record }) => record);
    return Promise.resolve(all.toSorted((one, other) => other.createdAtMs - one.createdAtMs));
  }

  override find(jobId: string): Promise<JobRecord | undefined> {
    return Promise.resolve(this.get(jobId)?.record);
  }

  override async cancel(jobId: string, reason: string, deadline: Deadline): Promise<JobRecord | undefined> {
    const run = this.get(jobId);
    if (run === undefined) return undefined;
    this.cancelRun(run, { purpose: 'request', reason });
    return this.ended(jobId, deadline);
  }

  /** No more jobs; those that run store what is under way. Resolves when all have ended, about `graceMs` later at most. */
  async stop(reason: string, graceMs: number): Promise<void> {
    this.stopReason ??= reason;
    const ends = [...this.ends.values()].map(({ promise }) => promise);
    const cancellation = { purpose: 'shutdown', reason } as const;
    for (const run of this.queued.splice(0)) this.dropRun(run, cancellation);
    for (const run of this.running) run.cancel(cancellation, graceMs);
    await Promise.all(ends);
  }

  private take(submission: JobSubmission): SubmitAnswer {
    if (this.stopReason !== undefined) return { kind: 'refused', reason: `no more jobs: ${this.stopReason}` };
    const run = new MaterializationRun(submission);
    const busy = this.busyViews();
    const conflicts = [...run.viewNames].filter((name) => busy.has(name));
    if (submission.whenBusy === 'refuse' && conflicts.length > 0) {
      return { kind: 'busy', viewNames: conflicts };
    }
    const { maxJobs, maxQueued } = this.settings;
    const mustWait = this.running.size >= maxJobs || conflicts.length > 0;
    if (mustWait && this.queued.length >= maxQueued) {
      const reason = `${this.queued.length} jobs are waiting already, the most that are taken (materialization.max_queued)`;
      return { kind: 'refused', reason };
    }
    this.queued.push(run);
    this.ends.set(run.id, Promise.withResolvers());
    this.startNext();
    return { kind: 'accepted' };
  }

  private startNext(): void {
    const taken = new Set([...this.running].flatMap(({ viewNames }) => [...viewNames]));
    const isNext = (run: MaterializationRun): boolean => {
      const isFree = [...run.viewNames].every((name) => !taken.has(name));
      for (const name of run.viewNames) taken.add(name);
      return isFree;
    };
    const next = this.queued.filter(isNext).slice(0, this.settings.maxJobs - this.running.size);
    for (const run of next) void this.start(run);
  }

  private async start(run: MaterializationRun): Promise<void> {
    this.queued.splice(this.queued.indexOf(run), 1);
    this.running.add(run);
    const { onViewDone, onSaid } = this.context.events;
    const done = run.run(this.context.configuration(), {
      onViewDone,
      onSaid: (said) => onSaid(run.record, said),
    });
    this.context.events.onStarted(run.record, run.pid);
    await done;
    await this.bury(run);
    this.startNext();
  }

  private cancelRun(run: MaterializationRun, cancellation: Cancellation): void {
    const at = this.queued.indexOf(run);
    if (at < 0) {
      run.cancel(cancellation);
      return;
    }
    this.queued.splice(at, 1);
    this.dropRun(run, cancellation);
    this.startNext();
  }

  private dropRun(run: MaterializationRun, cancellation: Cancellation): void {
    run.drop(cancellation, this.context.events.onViewDone);
    void this.bury(run);
  }

  /** The job has ended: it is remembered for a while. */
  private async bury(run: MaterializationRun): Promise<void> {
    this.running.delete(run);
    this.past.set(run.id, run);
    for (const id of this.past.keys()) {
      if (this.past.size <= this.settings.history) break;
      this.past.delete(id);
    }
    await this.context.events.onEnded(run.record);
    this.ends.get(run.id)?.resolve();
    this.ends.delete(run.id);
  }

  private busyViews(): ReadonlySet<string> {
    return new Set([...this.running, ...this.queued].flatMap(({ viewNames }) => [...viewNames]));
  }

  private get(jobId: string): MaterializationRun | undefined {
    return (
      this.past.get(jobId) ??
      [...this.running].find(({ id }) => id === jobId) ??
      this.queued.find(({ id }) => id === jobId)
    );
  }

  private get settings() {
    return this.context.configuration().salver.materialization;
  }
}

async function inTime(work: Promise<void>, deadline: Deadline): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const limit = setTimeout(resolve, deadline.remainingMs());
  await Promise.race([work, promise]);
  clearTimeout(limit);
}
