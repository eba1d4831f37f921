import { type ChildProcess, spawn } from 'node:child_process';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { readBoundedLines } from './bounded-lines.js';

const SCRIPT = fileURLToPath(new URL('../../../../python/salver_transform.py', import.meta.url));
const FIRST_DELAY_MS = 500;
const LONGEST_DELAY_MS = 30_000;
/** One that lived so long did not end because of how it was started. */
const YOUNG_MS = 60_000;
const LONGEST_LINE = 2000;

export interface LauncherOptions {
  readonly interpreter: string;
  readonly repoDir: string;
  readonly processes: number;
  readonly log: PythonLog;
  /** Takes what Python prints: the standard output is information, the other one a warning. */
  readonly output: PythonLog;
}

export interface PythonLog {
  readonly info: (text: string) => void;
  readonly warn: (text: string) => void;
}

/** Keeps the Python running that keeps the processes running. */
export class PythonLauncher {
  private child: ChildProcess | undefined;
  private startedAtMs = 0;
  private delayMs = FIRST_DELAY_MS;
  private restart: NodeJS.Timeout | undefined;
  private lastComplaint = '';
  private closed = false;

  constructor(
    private readonly options: LauncherOptions,
    /** It ended, or could not begin; another one follows. */
    private readonly onEnded: (reason: string) => void,
  ) {}

  /** `address`: the socket at which the processes are expected. */
  start(address: string): void {
    const { interpreter, repoDir, processes } = this.options;
    this.startedAtMs = performance.now();
    this.lastComplaint = '';
    const child = spawn(interpreter, ['-u', SCRIPT, address, repoDir, String(processes)], {
      cwd: repoDir,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    this.child = child;
    child.stdin.on('error', () => undefined);
    this.tell(child.stdout, (line) => this.options.output.info(`python: ${line}`));
    this.tell(child.stderr, (line) => {
      this.lastComplaint = line;
      this.options.output.warn(`python: ${line}`);
    });
    child.once('error', (error) => this.ended(address, child, error.message));
    // After its last words.
    child.once('close', (code, signal) => {
      const how = signal === null ? `it ended with code ${code}` : `it was ended by ${signal}`;
      this.ended(address, child, this.lastComplaint === '' ? how : `${how}: ${this.lastComplaint}`);
    });
  }

  /** Its processes end with it. */
  close(): void {
    this.closed = true;
    clearTimeout(this.restart);
    this.child?.stdin?.end();
    this.child?.unref();
  }

  private tell(stream: Readable, line: (text: string) => void): void {
    readBoundedLines(stream, LONGEST_LINE, (text) => {
      if (text.trim() !== '') line(text);
    });
  }

  private ended(address: string, child: ChildProcess, reason: string): void {
    if (this.child !== child) return;
    this.child = undefined;
    if (this.closed) return;
    if (performance.now() - this.startedAtMs > YOUNG_MS) this.delayMs = FIRST_DELAY_MS;
    const { delayMs } = this;
    this.delayMs = Math.min(LONGEST_DELAY_MS, 2 * delayMs);
    this.options.log.warn(
      `the Python of on-demand views (python.interpreter: ${this.options.interpreter}) is not running: ${reason}. It is tried again in ${delayMs / 1000} s`,
    );
    this.restart = setTimeout(() => this.start(address), delayMs);
    this.restart.unref();
    this.onEnded(reason);
  }
}
