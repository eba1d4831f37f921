import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

const SAMPLE_MS = 50;
const RUN_LIMIT_MS = 30 * 60_000;
const KIB = 1024;
/** In which Linux counts the time of processes, whatever its kernel was built with. */
const TICKS_PER_SECOND = 100;
/** Places in `/proc/PID/stat` behind the name of the program: user and system time, its own and of ended children. */
const OWN_TICKS = [11, 12] as const;
const CHILDREN_TICKS = [13, 14] as const;

/** What one whole command took, all its processes together. */
export interface MeasuredRun {
  readonly seconds: number;
  /** User and system time: steadier than `seconds` on a machine that has other work. */
  readonly cpuSeconds: number;
  /** The largest sum of resident memory of its processes, looked at every 50 ms. */
  readonly peakBytes: number;
}

/** Runs a command to its end. Errors: an Error with what it printed when it did not end with 0. */
export async function measuredRun(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<MeasuredRun> {
  const begin = performance.now();
  const cpuBegin = endedCpuSeconds();
  const child = spawn(command, [...args], {
    cwd: options.cwd,
    env: { ...process.env, TZ: 'UTC', FEAST_USAGE: 'False', ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: RUN_LIMIT_MS,
    killSignal: 'SIGKILL',
  });
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => (printed = (printed + data.toString()).slice(-4000)));
  }
  using memory = new PeakMemory(child.pid);
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  child.once('error', reject);
  child.once('close', (code, signal) => resolve(signal ?? String(code)));
  const ended = await promise;
  if (ended !== '0') throw new Error(`${command} ${args.join(' ')} ended with ${ended}:\n${printed}`);
  return {
    seconds: (performance.now() - begin) / 1000,
    cpuSeconds: endedCpuSeconds() - cpuBegin,
    peakBytes: memory.bytes,
  };
}

/** Looks at the memory of a process and all below it until it is disposed of. */
export class PeakMemory implements Disposable {
  bytes = 0;
  readonly #timer: NodeJS.Timeout;

  constructor(pid: number | undefined) {
    this.#timer = setInterval(() => {
      this.bytes = Math.max(this.bytes, treeBytes(pid));
    }, SAMPLE_MS);
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** What a process and all below it have used, those that have ended included. */
export function cpuSecondsOf(root: number): number {
  const ticks = processTree(root).flatMap((pid) => {
    const fields = statFields(pid) ?? [];
    return [...OWN_TICKS, ...CHILDREN_TICKS].map((at) => Number(fields[at] ?? 0));
  });
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS_PER_SECOND;
}

/** Of the children of this process that have ended, and of theirs. */
function endedCpuSeconds(): number {
  const fields = statFields(process.pid) ?? [];
  return CHILDREN_TICKS.reduce((sum, at) => sum + Number(fields[at]), 0) / TICKS_PER_SECOND;
}

function treeBytes(root: number | undefined): number {
  return root === undefined ? 0 : processTree(root).reduce((sum, pid) => sum + residentBytes(pid), 0);
}

function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    const parent = Number.isInteger(pid) ? parentOf(pid) : undefined;
    if (parent !== undefined) parents.set(pid, parent);
  }
  const isOfTree = (pid: number): boolean => {
    for (let at: number | undefined = pid; at !== undefined; at = parents.get(at))
      if (at === root) return true;
    return false;
  };
  return [...parents.keys()].filter(isOfTree);
}

/** Undefined for a process that has just ended. */
function procText(pid: number, name: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'utf8');
  } catch {
    return undefined;
  }
}

/** What follows the name of the program, which stands in brackets and may hold anything. */
function statFields(pid: number): string[] | undefined {
  return procText(pid, 'stat')?.split(') ').at(-1)?.split(' ');
}

function parentOf(pid: number): number | undefined {
  const fields = statFields(pid);
  return fields === undefined ? undefined : Number(fields[1]);
}

function residentBytes(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB/m.exec(procText(pid, 'status') ?? '')?.[1] ?? 0) * KIB;
}
