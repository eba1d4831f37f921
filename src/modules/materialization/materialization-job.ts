import type { ErrorCode } from '../../common/errors/errors.js';
import type { FeatureView, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RefreshedService } from '../online-store/precomputed-vectors.js';

/** What is to be done with one view. Units: microseconds since the epoch. */
export type ViewTask =
  | {
      readonly kind: 'load';
      readonly view: FeatureView;
      /** Whose rows are written; 0 where versions share their rows. */
      readonly rowVersion: number;
      /** The definition is one of the view's history, not the one that is registered now. */
      readonly pinned: boolean;
      /** Both ends inclusive. */
      readonly startMicros: number;
      readonly endMicros: number;
    }
  | {
      readonly kind: 'compute';
      readonly view: OnDemandFeatureView;
      /** At least one. */
      readonly sources: readonly ComputedSource[];
      readonly rowVersion: number;
      readonly startMicros: number;
      readonly endMicros: number;
    }
  | {
      readonly kind: 'skip';
      readonly viewName: string;
      readonly startMicros: number;
      readonly endMicros: number;
      /** Why there is nothing to do. */
      readonly reason: string;
    }
  | {
      readonly kind: 'refuse';
      readonly viewName: string;
      /** What keeps it from being loaded, and what to do. */
      readonly reason: string;
    };

export type LoadTask = Extract<ViewTask, { kind: 'load' }>;
export type ComputeTask = Extract<ViewTask, { kind: 'compute' }>;
/** A task of which nothing is to be done. */
export type IdleTask = Exclude<ViewTask, LoadTask | ComputeTask>;

/** A view from whose rows those of a stored on-demand view are computed. */
export interface ComputedSource {
  /** As the registry's on-demand view lists it. */
  readonly name: string;
  /** With the features that the on-demand view uses. */
  readonly view: FeatureView;
  /** Join key of the source → its name in the on-demand view, where that is another one. */
  readonly joinKeyMap: ReadonlyMap<string, string>;
}

/** A feature service that is served from vectors made before. */
export interface PrecomputedService {
  readonly name: string;
  readonly viewNames: readonly string[];
}

/** All that a job process needs to know. Plain data: it is sent from one process to another. */
export interface MaterializationJob {
  readonly id: string;
  readonly project: string;
  /** In the order in which they are done; of each view one. */
  readonly tasks: readonly ViewTask[];
  readonly precomputedServices: readonly PrecomputedService[];
  readonly entityKeySerializationVersion: number;
  /** Rows of one transaction; `null`: as many as the store says. */
  readonly batchRows: number | null;
  /** How long a view may wait for another job that is loading it; 0: not at all. */
  readonly leaseWaitMs: number;
}

export type ViewStatus =
  /** Its rows are stored and its interval is recorded. */
  | 'loaded'
  /** There was nothing to do. */
  | 'skipped'
  /** This server cannot load it. */
  | 'refused'
  | 'failed'
  | 'cancelled';

/** What kind of failure it is; `BUG`: none that was expected. */
export type FailureCode = ErrorCode | 'BUG';

/** How it went with one view. */
export interface ViewResult {
  readonly viewName: string;
  readonly status: ViewStatus;
  /** Undefined where no range was found. */
  readonly startMicros: number | undefined;
  readonly endMicros: number | undefined;
  /** Rows of the source in the range. */
  readonly rowsRead: number;
  /** Rows that are in the online store now. */
  readonly rowsWritten: number;
  /** Rows that were kept out by newer ones in the online store. */
  readonly rowsSkipped: number;
  readonly durationMs: number;
  /** Why it is not loaded; undefined when it is. */
  readonly reason: string | undefined;
  /** Of a view that failed, or was refused. */
  readonly failure: FailureCode | undefined;
}

export type MaterializationEvent =
  | {
      readonly type: 'view-started';
      readonly viewName: string;
      readonly startMicros: number;
      readonly endMicros: number;
    }
  | {
      readonly type: 'view-progress';
      readonly viewName: string;
      readonly rowsRead: number;
      /** Written or kept out. */
      readonly rowsDone: number;
      readonly rowsToStore: number;
    }
  | { readonly type: 'view-done'; readonly result: ViewResult }
  /** Something that the process of the job had to say: `python: …` is what Python printed. */
  | { readonly type: 'said'; readonly level: 'info' | 'warn'; readonly text: string }
  /** The vectors of a feature service were made anew, or could not be. */
  | { readonly type: 'service-done'; readonly service: RefreshedService };

export interface MaterializationOutcome {
  /** One for each task, in their order. */
  readonly results: readonly ViewResult[];
  /** Feature services whose vectors are older now than the rows of their views. */
  readonly staleServices: readonly string[];
  /** Feature services whose vectors were made anew, as far as `staleServices` does not say otherwise. */
  readonly refreshedServices: readonly RefreshedService[];
}

/** The name of the view that a task is about. */
export function viewNameOf(task: ViewTask): string {
  return isIdle(task) ? task.viewName : task.view.name;
}

export function isIdle(task: ViewTask): task is IdleTask {
  return task.kind !== 'load' && task.kind !== 'compute';
}

/** The result of a task of which nothing was done; a process that ended is nothing that stays so. */
export function untouched(task: ViewTask, status: ViewStatus, reason: string): ViewResult {
  return {
    viewName: viewNameOf(task),
    status,
    startMicros: task.kind === 'refuse' ? undefined : task.startMicros,
    endMicros: task.kind === 'refuse' ? undefined : task.endMicros,
    rowsRead: 0,
    rowsWritten: 0,
    rowsSkipped: 0,
    durationMs: 0,
    reason,
    failure: status === 'refused' ? 'NOT_SUPPORTED' : status === 'failed' ? 'UNAVAILABLE' : undefined,
  };
}

/** The result of a task that needs no loading. */
export function idleResult(task: IdleTask): ViewResult {
  return untouched(task, task.kind === 'skip' ? 'skipped' : 'refused', task.reason);
}

/** The results of a job with what follows from them, before any vectors are made anew. */
export function outcomeOf(
  { precomputedServices }: MaterializationJob,
  results: readonly ViewResult[],
): MaterializationOutcome {
  const touched = new Set(
    results.filter(({ rowsWritten }) => rowsWritten > 0).map(({ viewName }) => viewName),
  );
  const staleServices = precomputedServices
    .filter(({ viewNames }) => viewNames.some((name) => touched.has(name)))
    .map(({ name }) => name);
  return { results, staleServices, refreshedServices: [] };
}
