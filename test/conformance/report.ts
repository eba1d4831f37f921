import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';

import type { Outcome } from './replay.ts';
import type { RatchetResult } from './required.ts';

interface Tally {
  cases: number;
  match: number;
  policy: number;
  notRun: number;
}

/** A table of one file: a line per endpoint and recorded status. */
export function fileTable(file: string, outcomes: readonly Outcome[]): string {
  const tallies = new Map<string, Tally>();
  const total = emptyTally();
  for (const outcome of outcomes) {
    const key = `${outcome.endpoint.padEnd(40)} ${String(outcome.status ?? '').padStart(6)}`;
    const tally = tallies.get(key) ?? emptyTally();
    tallies.set(key, tally);
    count(tally, outcome);
    count(total, outcome);
  }
  const head = `${'endpoint'.padEnd(40)} status  cases  match  by policy  not run`;
  const lines = [...tallies].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([key, tally]) => line(key, tally));
  return [`\n${file}`, head, ...lines, line('all'.padEnd(47), total)].join('\n');
}

function emptyTally(): Tally {
  return { cases: 0, match: 0, policy: 0, notRun: 0 };
}

/** `match` counts what is as wanted, by policy or not. */
function count(tally: Tally, { verdict }: Outcome): void {
  tally.cases += 1;
  if (verdict.kind === 'match' || verdict.kind === 'policy') tally.match += 1;
  if (verdict.kind === 'policy') tally.policy += 1;
  if (verdict.kind === 'not-run') tally.notRun += 1;
}

function line(key: string, { cases, match, policy, notRun }: Tally): string {
  const column = (value: number, width: number): string => String(value).padStart(width);
  return `${key} ${column(cases, 6)} ${column(match, 6)} ${column(policy, 10)} ${column(notRun, 8)}`;
}

/** What differs, and what was not run and why, a line each. */
export function failureLines(outcomes: readonly Outcome[]): readonly string[] {
  return outcomes.flatMap(({ name, endpoint, status, verdict }) => {
    const place = `${name}  ${endpoint} ${status ?? ''}`;
    if (verdict.kind === 'mismatch') return [`  FAIL     ${place}  ${verdict.why}`];
    return verdict.kind === 'not-run' ? [`  not run  ${place}  ${verdict.why.split('\n', 1)[0]}`] : [];
  });
}

/** Writes `{passed, failed, problems}` of the required cases, and every outcome for reading. */
export function writeReport(path: string, ratchet: RatchetResult, outcomes: readonly Outcome[]): void {
  mkdirSync(dirname(path), { recursive: true });
  const problems = [
    ...ratchet.failed.flatMap((outcome) => failureLines([outcome]).map((text) => `${outcome.file} ${text}`)),
    ...ratchet.empty.map((filter) => `required, but no such case: ${filter}`),
  ];
  const failed = ratchet.failed.length + ratchet.empty.length;
  const report = { passed: ratchet.passed, failed, problems, outcomes };
  writeFileSync(path, `${JSON.stringify(report, null, 1)}\n`);
}
