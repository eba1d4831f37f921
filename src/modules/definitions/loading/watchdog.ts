import { setImmediate } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';

/** A loop that never ends leaves this thread no moment to tell of it: another one does, and ends the process. */
const GRACE_MS = 500;
const PROGRAM = `
const { workerData } = require('node:worker_threads');
const { writeSync } = require('node:fs');
const { state, names, limitMs, text } = workerData;
if (Atomics.wait(state, 0, 0, limitMs) === 'timed-out') {
  const name = Buffer.from(names.slice(0, Atomics.load(state, 1))).toString();
  writeSync(2, text.replace('FILE', () => name) + '\\n');
  process.kill(process.pid, 'SIGKILL');
}
`;
const NAME_BYTES = 4096;

/** Ends waiting for modules that do not finish: by itself for one that waits, with the process for one that loops. */
export class Watchdog {
  private readonly state = new Int32Array(new SharedArrayBuffer(8));
  private readonly names = Buffer.from(new SharedArrayBuffer(NAME_BYTES));
  private readonly timeIsUp: Promise<undefined>;
  private readonly timer: NodeJS.Timeout;
  private readonly failures: unknown[] = [];
  private readonly onFailure = (error: unknown): void => void this.failures.push(error);

  constructor(limitMs: number) {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    this.timeIsUp = promise;
    this.timer = setTimeout(resolve, limitMs, undefined);
    process.on('unhandledRejection', this.onFailure);
    process.on('uncaughtException', this.onFailure);
    const text = `FILE: has not been loaded within ${limitMs / 1000} s: it runs without end`;
    new Worker(PROGRAM, {
      eval: true,
      execArgv: [],
      workerData: { state: this.state, names: this.names, limitMs: limitMs + GRACE_MS, text },
    }).unref();
  }

  /** The file that is loaded from now on. */
  watch(file: string): void {
    Atomics.store(this.state, 1, this.names.write(file));
  }

  /** Undefined when the time is up. Errors: what the module throws. */
  race<T>(loading: Promise<T>): Promise<T | undefined> {
    return Promise.race([loading, this.timeIsUp]);
  }

  /** What was thrown since the last call by what modules started and did not wait for. */
  async strayFailures(): Promise<readonly unknown[]> {
    await setImmediate();
    return this.failures.splice(0);
  }

  end(): void {
    clearTimeout(this.timer);
    process.off('unhandledRejection', this.onFailure);
    process.off('uncaughtException', this.onFailure);
    Atomics.store(this.state, 0, 1);
    Atomics.notify(this.state, 0);
  }
}
