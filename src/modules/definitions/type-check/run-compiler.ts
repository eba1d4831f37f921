import { spawn } from 'node:child_process';

const KEPT_CHARACTERS = 1_000_000;

export interface CompilerRun {
  /** The beginning of what it printed. */
  readonly output: string;
  /** Its exit code, the signal that ended it, or that the time was up. */
  readonly ended: number | string;
}

/** Runs `tsc` on the tsconfig.json of a folder; ended with all of its processes when the time is up. */
export async function runCompiler(
  compiler: string,
  folder: string,
  timeLimitMs: number,
): Promise<CompilerRun> {
  const child = spawn(
    process.execPath,
    [compiler, '--noEmit', '--pretty', 'false', '-p', 'tsconfig.json'],
    // A group of its own: the compiler may start another program, which is to end with it.
    { cwd: folder, detached: true, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const { promise, resolve, reject } = Promise.withResolvers<CompilerRun>();
  let output = '';
  const keep = (text: string): void => void (output += text.slice(0, KEPT_CHARACTERS - output.length));
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  }, timeLimitMs);
  child.once('error', reject);
  child.once('close', (code, signal) => resolve({ output, ended: late ? 'late' : (code ?? signal ?? '') }));
  return promise.finally(() => clearTimeout(timer));
}
