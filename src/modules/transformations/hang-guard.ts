import { Worker } from 'node:worker_threads';
import type { Deadline } from '../../common/model/deadline.js';

export interface HangLimits {
  /** How long a function may run. */
  readonly functionMs: number;
  /** How long the event loop may stand still, whatever runs. */
  readonly silenceMs: number;
}

/** What the guard's thread needs to know. `shared`: see `SHARED`. */
export interface GuardTask extends HangLimits {
  readonly shared: Int32Array;
}

/** What the thread says once it has cut something off, or failed to. */
export type FromGuard =
  | { readonly type: 'cut-off'; readonly afterMs: number }
  | { readonly type: 'failed'; readonly message: string };

/** Words of the shared memory. TURN: number of the function that runs, IDLE, or CUT; BEATS: counts turns of the loop. */
export const SHARED = { TURN: 0, BEATS: 1, LENGTH: 2 } as const;
export const IDLE = 0;
export const CUT = -1;

/** What was running when the process was cut off. */
export interface CutOff {
  readonly afterMs: number;
  /** Undefined when it was no function of an on-demand view, or one that had waited for something before. */
  readonly running: RunningFunction | undefined;
}

export interface RunningFunction {
  readonly viewName: string;
  /** Of the request that it computes for. */
  readonly deadline: Deadline;
}

const MAX_TURN = 0x3fff_ffff;
/** It does next to nothing. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 };

/**
 * Cuts off what never ends, so that requests can still be answered: a thread asks V8 to end all that this process's main
 * thread executes. That unwinds everything on its stack and drops what waits in promises: afterwards a process can
 * answer, and must end. A function that ends by itself at the same moment waits for its end, so that nothing else is hit.
 */
export class HangGuard {
  /** Called on the main thread afterwards. */
  onCutOff: (what: CutOff) => void = () => undefined;

  private readonly shared = new Int32Array(new SharedArrayBuffer(4 * SHARED.LENGTH));
  private turn = 0;
  private running: RunningFunction | undefined;
  /** What was cut off, once another one runs before the thread has told. */
  private victim: RunningFunction | undefined;
  private thread: Worker | undefined;

  constructor(
    private readonly limits: HangLimits,
    private readonly warn: (text: string) => void,
  ) {}

  /** Nothing is cut off before. */
  start(): void {
    if (this.thread) return;
    const task: GuardTask = { ...this.limits, shared: this.shared };
    this.thread = new Worker(new URL('./hang-guard.thread.js', import.meta.url), {
      workerData: task,
      execArgv: [],
      resourceLimits: THREAD_LIMITS,
    });
    this.thread.on('message', (message: FromGuard) => this.receive(message));
    this.thread.on('error', (error) =>
      this.warn(`functions that never end are not cut off: ${String(error)}`),
    );
    this.thread.unref();
  }

  /** The event loop turns. From the first time on it is expected to go on doing so. */
  beat(): void {
    Atomics.add(this.shared, SHARED.BEATS, 1);
  }

  /** Runs a function, which must not take longer than it may until it returns. */
  run<T>(viewName: string, deadline: Deadline, call: () => T): T {
    const { shared } = this;
    this.turn = this.turn === MAX_TURN ? 1 : this.turn + 1;
    // It never came to its end.
    this.victim ??= this.running;
    this.running = { viewName, deadline };
    Atomics.store(shared, SHARED.TURN, this.turn);
    try {
      return call();
    } finally {
      // Whoever is cut off gets here only when it has just ended by itself, and waits for what is on its way.
      if (Atomics.compareExchange(shared, SHARED.TURN, this.turn, IDLE) === CUT) {
        while (Atomics.load(shared, SHARED.TURN) === CUT);
      }
      this.running = undefined;
    }
  }

  async close(): Promise<void> {
    await this.thread?.terminate();
  }

  private receive(message: FromGuard): void {
    if (message.type === 'failed') {
      this.warn(`what never ends cannot be cut off: ${message.message}`);
      return;
    }
    const running = this.victim ?? this.running;
    Atomics.store(this.shared, SHARED.TURN, IDLE);
    this.onCutOff({ afterMs: message.afterMs, running });
  }
}
