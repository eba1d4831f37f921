import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type {
  MaterializationEvent,
  MaterializationJob,
  MaterializationOutcome,
} from '../modules/materialization/materialization-job.js';
import type {
  JobRecord,
  JobSubmission,
  SubmitAnswer,
} from '../modules/materialization/materialization-jobs.js';
import type { MetricsReport } from '../modules/metrics/metrics-report.js';

/** A registry that was accepted. */
export interface RegistryBytes {
  readonly generation: number;
  readonly bytes: Uint8Array;
}

/** What the primary process tells a worker. */
export type ToWorker =
  /** Answer to `hello`: begin to serve, with the registry that the others serve, if there is one. */
  | {
      readonly type: 'start';
      readonly configuration: LoadedConfiguration;
      readonly registry: RegistryBytes | undefined;
      /** Where the writer process listens; undefined where nothing is to be written by one. */
      readonly writerAddress: string | undefined;
    }
  /** A registry that was read and checked. Bytes, because structured clones of large registries stall the receiver. */
  | ({ readonly type: 'registry' } & RegistryBytes)
  /** Answer to `look-at-registry`: what was found has been sent before. `problem`: why it is not known what there is. */
  | { readonly type: 'registry-looked'; readonly look: number; readonly problem: string | undefined }
  /** It has more connections than its share: those above `connections` are to be closed with their next answers. */
  | { readonly type: 'fair-share'; readonly connections: number }
  /** Finish what is under way and end within `graceMs`. */
  | { readonly type: 'drain'; readonly graceMs: number }
  /** Say now what was counted: somebody looks at the metrics. */
  | { readonly type: 'report-metrics' }
  /** Files of logs were moved away: begin new ones. */
  | { readonly type: 'reopen-logs' }
  /** Answer to the `jobs-request` of that number. */
  | { readonly type: 'jobs-answer'; readonly number: number; readonly answer: JobsAnswer };

/** What a worker tells the primary process. */
export type ToPrimary =
  /** Loaded, and waiting for `start`. */
  | { readonly type: 'hello' }
  /** Accepts connections. */
  | { readonly type: 'ready'; readonly url: string }
  /** Every second: the event loop turns. */
  | { readonly type: 'heartbeat'; readonly connections: number }
  /** Has served as many requests as it is to serve. */
  | { readonly type: 'recycle' }
  /** Cannot serve, and would not at another try either. */
  | { readonly type: 'start-failed'; readonly message: string }
  /** Somebody wants the registry as it is now. `look` comes back with the answer. */
  | { readonly type: 'look-at-registry'; readonly look: number }
  | MetricsMessage
  /** Something about jobs, to be answered within `limitMs`. */
  | {
      readonly type: 'jobs-request';
      readonly number: number;
      readonly request: JobsRequest;
      readonly limitMs: number;
    };

/** What was counted since the last report. `answer`: all that was asked for has been sent. */
export interface MetricsMessage {
  readonly type: 'metrics';
  readonly report: MetricsReport;
  readonly answer: boolean;
}

/** What the primary process tells the writer. */
export type ToWriter =
  /** Answer to `hello`: listen there. */
  | { readonly type: 'start'; readonly configuration: LoadedConfiguration; readonly address: string }
  /** A registry that is new: warn of sources to which offline pushes could not be added. */
  | { readonly type: 'look-at-sources'; readonly registry: Uint8Array }
  /** Take no more, finish what is under way, and end within `graceMs`. */
  | { readonly type: 'stop'; readonly graceMs: number }
  /** Say now what was counted: somebody looks at the metrics. */
  | { readonly type: 'report-metrics' };

/** What the writer tells the primary process. */
export type FromWriter =
  /** Loaded, and waiting for `start`. */
  | { readonly type: 'hello' }
  /** Takes requests. */
  | { readonly type: 'ready' }
  /** Every second: the event loop turns. */
  | { readonly type: 'heartbeat' }
  /** Cannot begin: it ends. */
  | { readonly type: 'start-failed'; readonly message: string }
  | MetricsMessage;

/** What a worker wants of the jobs that live in the primary process. */
export type JobsRequest =
  | { readonly kind: 'submit'; readonly submission: JobSubmission }
  | { readonly kind: 'wait'; readonly jobId: string }
  | { readonly kind: 'list' }
  | { readonly kind: 'find'; readonly jobId: string }
  | { readonly kind: 'cancel'; readonly jobId: string; readonly reason: string };

export type JobsAnswer =
  | { readonly kind: 'submitted'; readonly answer: SubmitAnswer }
  | { readonly kind: 'job'; readonly job: JobRecord | undefined }
  | { readonly kind: 'jobs'; readonly jobs: readonly JobRecord[] };

/** What is told to a process that materializes. */
export type ToMaterializer =
  /** Answer to `hello`: do this. */
  | {
      readonly type: 'start';
      readonly configuration: LoadedConfiguration;
      readonly job: MaterializationJob;
    }
  /** Store what is under way, and end. */
  | { readonly type: 'cancel'; readonly reason: string };

/** What a process that materializes tells. It ends by itself after `done` and `failed`. */
export type FromMaterializer =
  /** Loaded, and waiting for `start`. */
  | { readonly type: 'hello' }
  /** Said every few seconds, whatever happens besides. */
  | { readonly type: 'alive' }
  /** A view began, got on, or is done. */
  | { readonly type: 'event'; readonly event: MaterializationEvent }
  | { readonly type: 'done'; readonly outcome: MaterializationOutcome }
  /** Nothing could be begun, or nothing more can be done. */
  | { readonly type: 'failed'; readonly message: string };

/** Sends to a process that may just have ended, which is no error of the sender. */
export function sendToWorker(
  worker: { send(message: ToWorker, callback: () => void): boolean },
  message: ToWorker,
): void {
  worker.send(message, () => undefined);
}

/** `sent` is called when the message has left this process, or never will. */
export function sendToPrimary(message: ToPrimary | FromWriter, sent: () => void = () => undefined): void {
  if (process.send) process.send(message, undefined, undefined, () => sent());
  else sent();
}

export function sendToWriter(
  writer: { send(message: ToWriter, callback: () => void): boolean },
  message: ToWriter,
): void {
  writer.send(message, () => undefined);
}

export function sendToMaterializer(
  materializer: { send(message: ToMaterializer, callback: () => void): boolean },
  message: ToMaterializer,
): void {
  materializer.send(message, () => undefined);
}

/** Calls back when the message is on its way, so that a process can end after its last words. */
export function sendFromMaterializer(message: FromMaterializer, sent: () => void = () => undefined): void {
  process.send?.(message, undefined, undefined, sent);
}
