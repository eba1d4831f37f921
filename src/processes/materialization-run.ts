import { constants, setPriority } from 'node:os';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import {
  type IdleTask,
  idleResult,
  isIdle,
  type MaterializationEvent,
  type MaterializationOutcome,
  outcomeOf,
  untouched,
  type ViewResult,
  viewNameOf,
  type ViewTask,
} from '../modules/materialization/materialization-job.js';
import type {
  JobRecord,
  JobStatus,
  JobSubmission,
  ViewProgress,
} from '../modules/materialization/materialization-jobs.js';
import { MaterializerProcess } from './materializer-process.js';

export interface Cancellation {
  readonly purpose: NonNullable<JobRecord['cancelledFor']>;
  /** As results tell it. */
  readonly reason: string;
}

export type ViewListener = (result: ViewResult) => void;

export type Said = Extract<MaterializationEvent, { type: 'said' }>;

export interface RunListener {
  readonly onViewDone: ViewListener;
  readonly onSaid: (said: Said) => void;
}

/** A job of the queue, from when it was taken until its end. */
export class MaterializationRun {
  readonly viewNames: ReadonlySet<string>;
  private readonly createdAtMs = Date.now();
  private startedAtMs: number | undefined;
  private endedAtMs: number | undefined;
  private process: MaterializerProcess | undefined;
  private cancelledFor: JobRecord['cancelledFor'];
  private underWay: ViewProgress | undefined;
  private results: readonly ViewResult[] = [];
  private staleServices: readonly string[] = [];

  constructor(private readonly submission: JobSubmission) {
    this.viewNames = new Set(submission.job.tasks.map(viewNameOf));
  }

  get id(): string {
    return this.submission.job.id;
  }

  get hasEnded(): boolean {
    return this.endedAtMs !== undefined;
  }

  /** Process id of a job that runs. */
  get pid(): number | undefined {
    return this.process?.pid;
  }

  get record(): JobRecord {
    const { job, requestor } = this.submission;
    return {
      id: job.id,
      project: job.project,
      requestor,
      status: this.status(),
      cancelledFor: this.cancelledFor,
      createdAtMs: this.createdAtMs,
      startedAtMs: this.startedAtMs,
      endedAtMs: this.endedAtMs,
      viewNames: job.tasks.map(viewNameOf),
      underWay: this.underWay,
      results: this.results,
      staleServices: this.staleServices,
    };
  }

  /** Does the job. Never rejects. */
  async run(configuration: LoadedConfiguration, listener: RunListener): Promise<void> {
    this.startedAtMs = Date.now();
    this.end(await this.outcome(configuration, listener));
  }

  /** Ends a job that was not begun. */
  drop({ purpose, reason }: Cancellation, onViewDone: ViewListener): void {
    this.cancelledFor = purpose;
    this.end(this.untouchedOutcome((task) => untouched(task, 'cancelled', reason), onViewDone));
  }

  /** Lets what is under way be stored. What is not done within the grace is killed, and is not recorded then. */
  cancel({ purpose, reason }: Cancellation, graceMs?: number): void {
    this.cancelledFor ??= purpose;
    this.process?.cancel(reason, graceMs);
  }

  private async outcome(
    configuration: LoadedConfiguration,
    { onViewDone, onSaid }: RunListener,
  ): Promise<MaterializationOutcome> {
    const { job } = this.submission;
    if (job.tasks.every(isIdle)) {
      return this.untouchedOutcome((task) => idleResult(task as IdleTask), onViewDone);
    }
    const process = new MaterializerProcess(configuration, job, (event) => {
      this.note(event);
      if (event.type === 'view-done') onViewDone(event.result);
      if (event.type === 'said') onSaid(event);
    });
    this.process = process;
    giveWayToReads(process.pid);
    const outcome = await process.outcome;
    this.process = undefined;
    return outcome;
  }

  private untouchedOutcome(
    resultOf: (task: ViewTask) => ViewResult,
    onViewDone: ViewListener,
  ): MaterializationOutcome {
    const { job } = this.submission;
    const results = job.tasks.map(resultOf);
    for (const result of results) onViewDone(result);
    return outcomeOf(job, results);
  }

  private note(event: MaterializationEvent): void {
    switch (event.type) {
      case 'view-started': {
        const { viewName, startMicros, endMicros } = event;
        this.underWay = { viewName, startMicros, endMicros, rowsRead: 0, rowsDone: 0, rowsToStore: 0 };
        break;
      }
      case 'view-progress': {
        const { rowsRead, rowsDone, rowsToStore } = event;
        if (this.underWay) this.underWay = { ...this.underWay, rowsRead, rowsDone, rowsToStore };
        break;
      }
      case 'view-done':
        this.underWay = undefined;
        this.results = [...this.results, event.result];
        break;
      case 'service-done':
      case 'said':
        break;
    }
  }

  private end({ results, staleServices }: MaterializationOutcome): void {
    this.results = results;
    this.staleServices = staleServices;
    this.underWay = undefined;
    this.endedAtMs = Date.now();
  }

  private status(): JobStatus {
    if (this.startedAtMs === undefined && !this.hasEnded) return 'queued';
    if (!this.hasEnded) return 'running';
    const statuses = new Set(this.results.map(({ status }) => status));
    if (statuses.has('failed') || statuses.has('refused')) return 'failed';
    return statuses.has('cancelled') ? 'cancelled' : 'succeeded';
  }
}

/** Reads are waited for by somebody, at every moment; a job is not. */
function giveWayToReads(pid: number | undefined): void {
  if (pid === undefined) return;
  try {
    setPriority(pid, constants.priority.PRIORITY_BELOW_NORMAL);
  } catch {
    // It has ended already, or the system does not let us: then it runs as everything else.
  }
}
