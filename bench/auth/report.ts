import { median } from '../median.ts';
import { type MedianRange, medianRange, verdictOf } from './verdict.ts';

/** What a round of one candidate took. */
export interface Measured {
  readonly cpuMicroseconds: number;
  readonly requestsPerSecond: number;
}

export interface Candidate {
  readonly name: string;
  /** Whether callers show who they are; without it, it is the base or the base once more. */
  readonly isAuthenticated: boolean;
  readonly rounds: readonly Measured[];
}

export interface Conditions {
  readonly rounds: number;
  readonly requests: number;
  readonly connections: number;
}

const MOST_COST = 0.15;

/** Prints what each candidate costs beyond the first, and whether that is little enough. Answers the exit code. */
export function reportCosts(candidates: readonly Candidate[], conditions: Conditions): number {
  const [base, ...others] = candidates as readonly [Candidate, ...Candidate[]];
  const costs = others.map((candidate) => ({ candidate, cost: costOf(base, candidate) }));
  const { rounds, requests, connections } = conditions;
  const failed = costs
    .filter(({ candidate }) => candidate.isAuthenticated)
    .map(({ candidate: { name }, cost }) => ({ name, verdict: verdictOf(cost, MOST_COST) }))
    .filter(({ verdict }) => verdict !== 'holds');
  console.log(
    [
      `1x10, SQLite, three permissions, ${connections} connections that stay open, ${rounds} rounds of ${requests} requests each, in turn`,
      '',
      '| 1x10 | CPU µs/request | requests/s | CPU against no_auth: median of rounds (95 %) | of all rounds together |',
      '|---|---|---|---|---|',
      row(base),
      ...costs.map(({ candidate, cost }) => row(candidate, cost, base)),
      '',
      failed.length === 0
        ? `HOLDS: authentication and permissions cost at most ${percent(MOST_COST)} of a warm read`
        : failed
            .map(
              ({ name, verdict }) =>
                `${verdict.toUpperCase()}: ${name}, at most ${percent(MOST_COST)} is wanted`,
            )
            .join('\n'),
    ].join('\n'),
  );
  return failed.length === 0 ? 0 : 1;
}

/** Rounds are compared with the one of the base that was made in the same turn. */
function costOf(base: Candidate, candidate: Candidate): MedianRange {
  const ratios = candidate.rounds.map(
    ({ cpuMicroseconds }, at) => cpuMicroseconds / (base.rounds[at]?.cpuMicroseconds ?? Number.NaN) - 1,
  );
  return medianRange(ratios);
}

function row(candidate: Candidate, cost?: MedianRange, base?: Candidate): string {
  const cpu = median(candidate.rounds.map(({ cpuMicroseconds }) => cpuMicroseconds));
  const requests = median(candidate.rounds.map(({ requestsPerSecond }) => requestsPerSecond));
  const cells = [candidate.name, cpu.toFixed(1), requests.toFixed(0)];
  if (cost === undefined || base === undefined) return `| ${[...cells, '', ''].join(' | ')} |`;
  const range = `${percent(cost.median)} (${percent(cost.low)} to ${percent(cost.high)})`;
  return `| ${[...cells, range, percent(total(candidate) / total(base) - 1)].join(' | ')} |`;
}

function total({ rounds }: Candidate): number {
  return rounds.reduce((sum, { cpuMicroseconds }) => sum + cpuMicroseconds, 0);
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`;
}
