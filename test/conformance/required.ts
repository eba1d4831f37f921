import { readFileSync } from 'node:fs';

import type { Outcome } from './replay.ts';

/**
 * Cases that must match: all of an endpoint, of a recorded status (`200`) or class (`2xx`), of names; what is left
 * out counts as "every".
 */
export interface RequiredFilter {
  readonly endpoint?: string;
  readonly status?: string;
  /** A regular expression that fits a part of the name. */
  readonly name?: string;
}

/** Required cases by file. Later work adds to it and takes nothing away. */
export type Required = Readonly<Record<string, readonly RequiredFilter[]>>;

export function loadRequired(path: string): Required {
  return JSON.parse(readFileSync(path, 'utf8')) as Required;
}

export interface RatchetResult {
  readonly passed: number;
  readonly failed: readonly Outcome[];
  /** Filters that fit nothing: a requirement that cannot fail. */
  readonly empty: readonly string[];
}

/** Holds the outcomes against what is required. What was not run has failed. */
export function heldAgainst(required: Required, outcomes: readonly Outcome[]): RatchetResult {
  const files = new Set(outcomes.map(({ file }) => file));
  const wanted = outcomes.filter((outcome) =>
    (required[outcome.file] ?? []).some((filter) => isIn(filter, outcome)),
  );
  const empty = Object.entries(required)
    .filter(([file]) => files.has(file))
    .flatMap(([file, filters]) =>
      filters
        .filter((filter) => !outcomes.some((outcome) => outcome.file === file && isIn(filter, outcome)))
        .map((filter) => `${file}: ${JSON.stringify(filter)}`),
    );
  const failed = wanted.filter(({ verdict }) => verdict.kind !== 'match' && verdict.kind !== 'policy');
  return { passed: wanted.length - failed.length, failed, empty };
}

export function isIn(filter: RequiredFilter, outcome: Outcome): boolean {
  if (filter.endpoint !== undefined && filter.endpoint !== outcome.endpoint) return false;
  if (filter.name !== undefined && !new RegExp(filter.name).test(outcome.name)) return false;
  if (filter.status === undefined) return true;
  const status = String(outcome.status ?? '');
  return filter.status === status || filter.status === `${status.slice(0, 1)}xx`;
}
