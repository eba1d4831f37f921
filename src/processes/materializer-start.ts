import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { FromMaterializer } from './messages.js';

/** Rows live for a moment only: more room for the youngest objects makes the process larger, and not faster. */
const MODEST_MEMORY = ['--max-semi-space-size=8'];
const ENTRY = fileURLToPath(new URL('./materializer.main.js', import.meta.url));

/** A process for a job that need not be known yet: it loads its program while the one that starts it plans. */
export class MaterializerStart {
  readonly child: ChildProcess;
  readonly atMs = performance.now();
  /** Resolves with its first word. */
  readonly hello: Promise<void>;
  /** Resolves with how it ended, when all that it said was heard. */
  readonly ended: Promise<string>;
  /** Resolves when it could not be started, or used. */
  readonly failed: Promise<Error>;

  /** `entry`: the program of the process, for tests. */
  constructor(entry = ENTRY) {
    const child = fork(entry, {
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      execArgv: [...process.execArgv, ...MODEST_MEMORY],
    });
    this.child = child;
    this.hello = new Promise((resolve) => {
      child.on('message', ({ type }: FromMaterializer) => {
        if (type === 'hello') resolve();
      });
    });
    const exited = new Promise<string>((resolve) => {
      child.once('exit', (code, signal) => resolve(signal ?? `exit code ${code}`));
    });
    // The last words of a process may be read after its end: the channel closes behind them.
    const silent = new Promise((resolve) => child.once('disconnect', resolve));
    this.ended = Promise.all([exited, silent]).then(([how]) => how);
    this.failed = new Promise((resolve) => child.on('error', resolve));
  }

  /** There is no job for it. */
  discard(): void {
    this.child.kill('SIGKILL');
  }
}
