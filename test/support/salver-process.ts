import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { SALVER } from './servers.ts';

/** A start takes a second or two; on a machine that does much else, many times as long. */
const START_LIMIT_MS = 90_000;

/** What a command line printed, and how it ended. */
export interface Ended {
  readonly code: number | null;
  readonly signal: string | null;
  readonly output: string;
}

/** The real command line in processes of its own. */
export class SalverProcess {
  output = '';
  readonly ended: Promise<Ended>;
  private readonly child: ChildProcess;

  constructor(args: readonly string[], options: { env?: Record<string, string>; cwd?: string } = {}) {
    this.child = spawn(SALVER, args, {
      cwd: options.cwd,
      env: { ...process.env, TZ: 'UTC', ...options.env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const { promise, resolve } = Promise.withResolvers<Ended>();
    this.ended = promise;
    this.child.stdout?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.child.stderr?.on('data', (data: Buffer) => (this.output += data.toString()));
    this.child.once('close', (code, signal) => resolve({ code, signal, output: this.output }));
  }

  /** Of the process that was started: the launcher. */
  get pid(): number {
    return this.child.pid as number;
  }

  /** The first capture of a pattern in what was printed so far. Errors: Error with the output when time is up. */
  async printed(pattern: RegExp, limitMs = START_LIMIT_MS): Promise<string> {
    const match = await within(
      limitMs,
      () => pattern.exec(this.output)?.[1] ?? pattern.exec(this.output)?.[0],
    );
    if (match === undefined) throw new Error(`${pattern} was not printed:\n${this.output}`);
    return match;
  }

  /** The address that it serves at. */
  url(): Promise<string> {
    return this.printed(/"url":"([^"]+)"/);
  }

  kill(signal: NodeJS.Signals): void {
    this.child.kill(signal);
  }
}

/** Runs a command line to its end. */
export async function salver(
  args: readonly string[],
  options: { env?: Record<string, string>; cwd?: string } = {},
): Promise<Ended> {
  return new SalverProcess(args, options).ended;
}

/** Asks again until there is an answer; undefined when time is up. */
export async function within<T>(
  limitMs: number,
  ask: () => T | undefined | Promise<T | undefined>,
): Promise<T | undefined> {
  const giveUpAt = Date.now() + limitMs;
  while (Date.now() < giveUpAt) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await delay(25);
  }
  return undefined;
}

/** Process ids of the children of a process. */
export function childrenOf(pid: number): number[] {
  try {
    const text = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim();
    return text === '' ? [] : text.split(' ').map(Number);
  } catch {
    return [];
  }
}

/** Of the children of a primary process, those that serve: not its writer, nor its jobs. */
export function workersOf(primary: number): number[] {
  return childrenOf(primary).filter((pid) => programOf(pid).includes('/dist/main.js'));
}

/** The command line of a process; empty when it has ended. */
export function programOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ');
  } catch {
    return '';
  }
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
