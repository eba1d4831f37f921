import type { ChildProcess } from 'node:child_process';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import {
  type MaterializationEvent,
  type MaterializationJob,
  type MaterializationOutcome,
  outcomeOf,
  untouched,
  type ViewResult,
  viewNameOf,
} from '../modules/materialization/materialization-job.js';
import { MaterializerStart } from './materializer-start.js';
import { type FromMaterializer, sendToMaterializer } from './messages.js';

export interface MaterializerLimits {
  /** Until the process says its first word. */
  readonly startMs: number;
  /** Between two words; it says one every few seconds. */
  readonly silenceMs: number;
  /** Between `cancel`, or its last word, and its end. */
  readonly graceMs: number;
}

const LIMITS: MaterializerLimits = { startMs: 60_000, silenceMs: 120_000, graceMs: 15_000 };

export interface MaterializerOptions {
  readonly limits?: Partial<MaterializerLimits>;
  /** Its process, when it is started already. */
  readonly start?: MaterializerStart;
}

/**
 * A job in a process of its own, watched: whatever becomes of that process, `outcome` tells how it went with every
 * view. A view of which nothing was heard is failed, though its rows may be stored; it is not recorded then, or was
 * recorded rightly.
 */
export class MaterializerProcess {
  /** Never rejects. Resolves when the process has ended. */
  readonly outcome: Promise<MaterializationOutcome>;
  private readonly results = new Map<string, ViewResult>();
  private readonly limits: MaterializerLimits;
  private readonly child: ChildProcess;
  private resolve!: (outcome: MaterializationOutcome) => void;
  private done: MaterializationOutcome | undefined;
  private cancelReason: string | undefined;
  private failure: string | undefined;
  private watch: NodeJS.Timeout | undefined;

  constructor(
    private readonly configuration: LoadedConfiguration,
    private readonly job: MaterializationJob,
    private readonly tell: (event: MaterializationEvent) => void,
    { limits = {}, start = new MaterializerStart() }: MaterializerOptions = {},
  ) {
    this.limits = { ...LIMITS, ...limits };
    this.outcome = new Promise((resolve) => (this.resolve = resolve));
    this.child = start.child;
    this.child.on('message', (message: FromMaterializer) => this.receive(message));
    void start.hello.then(() => this.begin());
    void start.ended.then((how) => this.ended(how));
    void start.failed.then((error) => this.fail(error.message));
    const startMs = this.limits.startMs - (performance.now() - start.atMs);
    this.killAfter(Math.max(0, startMs), 'its process did not start in time');
  }

  get pid(): number | undefined {
    return this.child.pid;
  }

  /** Lets the batches under way be stored; what is not done within the grace is killed. */
  cancel(reason: string, graceMs = this.limits.graceMs): void {
    // Once more with less time: whoever stops the server does not wait as long.
    if (this.cancelReason === undefined && this.child.connected) {
      sendToMaterializer(this.child, { type: 'cancel', reason });
    } else if (this.cancelReason !== undefined && graceMs >= this.limits.graceMs) return;
    this.cancelReason ??= reason;
    this.killAfter(Math.min(graceMs, this.limits.graceMs), 'its process did not end in time');
  }

  /** Ends it at once. What was stored stays stored. */
  kill(reason: string): void {
    this.failure ??= reason;
    this.child.kill('SIGKILL');
  }

  private begin(): void {
    if (this.child.connected) {
      sendToMaterializer(this.child, { type: 'start', configuration: this.configuration, job: this.job });
    }
    this.heard();
  }

  private receive(message: FromMaterializer): void {
    switch (message.type) {
      case 'hello':
        break;
      case 'alive':
        this.heard();
        break;
      case 'event':
        this.heard();
        if (message.event.type === 'view-done')
          this.results.set(message.event.result.viewName, message.event.result);
        this.tell(message.event);
        break;
      case 'done':
        this.done = message.outcome;
        this.killAfter(this.limits.graceMs, 'its process did not end in time');
        break;
      case 'failed':
        this.failure ??= message.message;
        this.killAfter(this.limits.graceMs, 'its process did not end in time');
        break;
    }
  }

  private heard(): void {
    const isEnding = this.cancelReason ?? this.failure ?? this.done;
    if (isEnding !== undefined) return;
    this.killAfter(this.limits.silenceMs, 'its process gave no sign of life');
  }

  private killAfter(delayMs: number, reason: string): void {
    clearTimeout(this.watch);
    this.watch = setTimeout(() => this.kill(reason), delayMs);
  }

  /** The process could not be started. */
  private fail(reason: string): void {
    this.failure ??= `its process could not be used: ${reason}`;
    if (this.child.pid === undefined) this.ended(reason);
  }

  private ended(how: string): void {
    clearTimeout(this.watch);
    this.resolve(
      this.done ??
        outcomeOf(
          this.job,
          this.job.tasks.map((task) => this.resultOf(task, how)),
        ),
    );
  }

  private resultOf(task: MaterializationJob['tasks'][number], how: string): ViewResult {
    const known = this.results.get(viewNameOf(task));
    if (known !== undefined) return known;
    const crashed = `its process ended with ${how}`;
    const result =
      this.cancelReason === undefined
        ? untouched(task, 'failed', this.failure ?? crashed)
        : untouched(task, 'cancelled', this.cancelReason);
    this.tell({ type: 'view-done', result });
    return result;
  }
}
