// How long the steps of a run took, kept beside the reports: one run may be several processes.
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
