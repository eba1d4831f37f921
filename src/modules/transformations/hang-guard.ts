import { Worker } from 'node:worker_threads';
import type { Deadline } from '../../common/model/deadline.js';

export interface HangLimits {
  /** How long a function may run. */
  readonly functionMs: number;
  /** How long the event loop may stand still, whatever runs. */
  readonly silenceMs: number;
}

/** What the guard's thread is started with. */
export interface GuardTask extends HangLimits {
  /** See `GUARD`. */
  readonly shared: Int32Array;
  /** See `ConnectionTable`. */
  readonly connections: Int32Array;
}

/** What the thread is told: the name of the view with this number. */
export interface ToGuard {
  readonly view: number;
  readonly name: string;
}

/** Words of the shared memory. TURN: number of the function that runs, IDLE, or CUT; BEATS: counts turns of the loop. */
export const GUARD = { TURN: 0, BEATS: 1, VIEW: 2, SLOT: 3, LENGTH: 4 } as const;
export const IDLE = 0;
export const CUT = -1;

/** Where the connections are, and which one a request came by. */
export interface GuardedConnections {
  readonly words: Int32Array;
  slotOf(deadline: Deadline): number;
}

const MAX_TURN = 0x3fff_ffff;
/** It does next to nothing. */
const THREAD_LIMITS = { maxYoungGenerationSizeMb: 1, maxOldGenerationSizeMb: 16, stackSizeMb: 1 };

/**
 * Ends a process that stands still, and answers its requests: a thread, which goes on, writes the answers to the
 * connections and kills the process. A function that ends by itself at the same moment waits for that, so that nobody
 * else writes.
 */
export class HangGuard {
  private readonly shared = new Int32Array(new SharedArrayBuffer(4 * GUARD.LENGTH));
  private readonly views = new Map<string, number>();
  private connections: GuardedConnections | undefined;
  private isWanted = false;
  private turn = 0;
  private thread: Worker | undefined;

  constructor(
    private readonly limits: HangLimits,
    private readonly warn: (text: string) => void,
  ) {}

  /** There are functions that may never end. */
  start(): void {
    this.isWanted = true;
    this.startThread();
  }

  /** The process serves these. */
  protect(connections: GuardedConnections): void {
    this.connections = connections;
    this.startThread();
  }

  /** The event loop turns. From the first time on it is expected to go on doing so. */
  beat(): void {
    Atomics.add(this.shared, GUARD.BEATS, 1);
  }

  /** Runs a function, which must not take longer than it may until it returns. */
  run<T>(viewName: string, deadline: Deadline, call: () => T): T {
    const { shared, connections } = this;
    if (!this.thread || !connections) return call();
    this.turn = this.turn === MAX_TURN ? 1 : this.turn + 1;
    shared[GUARD.VIEW] = this.viewNumber(viewName);
    shared[GUARD.SLOT] = connections.slotOf(deadline);
    Atomics.store(shared, GUARD.TURN, this.turn);
    try {
      return call();
    } finally {
      // The end of this process has begun.
      if (Atomics.compareExchange(shared, GUARD.TURN, this.turn, IDLE) === CUT)
        Atomics.wait(shared, GUARD.TURN, CUT);
    }
  }

  async close(): Promise<void> {
    await this.thread?.terminate();
  }

  private startThread(): void {
    if (this.thread || !this.isWanted || !this.connections) return;
    const task: GuardTask = {
      ...this.limits,
      shared: this.shared,
      connections: this.connections.words,
    };
    this.thread = new Worker(new URL('./hang-guard.thread.js', import.meta.url), {
      workerData: task,
      execArgv: [],
      resourceLimits: THREAD_LIMITS,
    });
    this.thread.on('error', (error) =>
      this.warn(`functions that never end are not cut off: ${String(error)}`),
    );
    this.thread.unref();
  }

  private viewNumber(name: string): number {
    let number = this.views.get(name);
    if (number === undefined) {
      number = this.views.size;
      this.views.set(name, number);
      this.thread?.postMessage({ view: number, name } satisfies ToGuard);
    }
    return number;
  }
}
