// How long the steps of a run took, kept beside the reports: one run may be several processes.
import { spawn } from 'node:child_process';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { REPORTS } from './reports.mjs';

const FILE = join(REPORTS, 'steps.jsonl');

/** A new run: nothing of the last one is left. */
export function forgetSteps() {
  rmSync(REPORTS, { recursive: true, force: true });
  mkdirSync(REPORTS, { recursive: true });
}

/** Does the work of a step and notes how long it took. Resolves with its exit code, which is 0 where it has none. */
export async function timed(name, work) {
  const startedMs = performance.now();
  const exitCode = (await work()) ?? 0;
  noteStep({ name, seconds: (performance.now() - startedMs) / 1000, ok: exitCode === 0 });
  return exitCode;
}

function noteStep(step) {
  mkdirSync(REPORTS, { recursive: true });
  appendFileSync(FILE, `${JSON.stringify(step)}\n`);
}

/** The steps so far, in the order of their ends. */
export function notedSteps() {
  if (!existsSync(FILE)) return [];
  return readFileSync(FILE, 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}

/** Does steps `atOnce` at a time, in this order, each `[name, command, ...args]`. What each prints comes at its end, in one piece. */
export async function runSteps(steps, atOnce, options) {
  const left = [...steps];
  const lane = async () => {
    for (let step = left.shift(); step; step = left.shift()) {
      const [name, ...command] = step;
      await timed(name, () => told(name, command, options));
    }
  };
  await Promise.all(Array.from({ length: atOnce }, lane));
}

/** Resolves with the exit code. */
function told(name, [command, ...args], options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const printed = [];
    child.stdout.on('data', (data) => printed.push(data));
    child.stderr.on('data', (data) => printed.push(data));
    child.on('error', ({ message }) => printed.push(Buffer.from(`${message}\n`)));
    child.on('close', (code) => {
      console.log(`\n── ${name}`);
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}
