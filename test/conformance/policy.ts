import { readFileSync } from 'node:fs';

import type { Answer, Exchange } from './exchange.ts';

export type Expectation =
  number | 'any' | 'ok' | 'status' | 'locations' | 'client-error' | 'exact-or-client-error';

/**
 * One deliberate difference: where Salver's answer is not the recorded one.
 * The conditions are regular expressions; `recorded` must fit the whole status, the others any part.
 */
export interface PolicyRule {
  readonly id: string;
  readonly file?: string;
  readonly name?: string;
  readonly recorded?: string;
  readonly body?: string;
  readonly expect: Expectation;
  /** A strict rule holds even when the answer is the recorded one. */
  readonly strict?: boolean;
}

export function loadPolicy(path: string): readonly PolicyRule[] {
  return (JSON.parse(readFileSync(path, 'utf8')) as { readonly rules: readonly PolicyRule[] }).rules;
}

/** The first rule that fits a recorded exchange. */
export function ruleFor(
  rules: readonly PolicyRule[],
  file: string,
  exchange: Pick<Exchange, 'name'> & { readonly response?: Exchange['response'] },
): PolicyRule | undefined {
  const status = String(exchange.response?.status ?? '');
  return rules.find(
    (rule) =>
      fits(rule.file, file) &&
      fits(rule.name, exchange.name) &&
      fits(rule.recorded === undefined ? undefined : `^(?:${rule.recorded})$`, status) &&
      fits(rule.body, exchange.response?.body_text ?? ''),
  );
}

function fits(pattern: string | undefined, text: string): boolean {
  return pattern === undefined || new RegExp(pattern).test(text);
}

/** Why an answer breaks a rule, in words; undefined when it keeps it. */
export function brokenRule(
  rule: PolicyRule,
  exchange: Exchange,
  answer: Answer,
  isRecorded: boolean,
): string | undefined {
  const unless = (kept: boolean, wanted: string | number): string | undefined =>
    kept ? undefined : `want ${wanted} got ${answer.status} (${answer.text.slice(0, 200)})`;
  switch (rule.expect) {
    case 'any':
      return unless(answer.status < 500, 'anything below 500');
    case 'ok':
      return unless(answer.status >= 200 && answer.status < 300, '2xx');
    case 'status':
      return unless(answer.status === exchange.response.status, exchange.response.status);
    case 'locations':
      return (
        unless(answer.status === exchange.response.status, exchange.response.status) ??
        badLocations(exchange, answer)
      );
    case 'exact-or-client-error':
      return isRecorded ? undefined : badClientError(answer);
    case 'client-error':
      return badClientError(answer);
    default:
      return unless(answer.status === rule.expect, rule.expect);
  }
}

const CLIENT_MISTAKES: ReadonlySet<number> = new Set([400, 404, 409, 413, 415, 422, 501]);
const FEWEST_LETTERS = 8;
const INTERNALS = /\bat [^\n]+:\d+:\d+|node_modules|SQLITE_|Traceback/;

function badClientError(answer: Answer): string | undefined {
  const shown = `${answer.status} (${answer.text.slice(0, 200)})`;
  if (!CLIENT_MISTAKES.has(answer.status)) return `want 4xx got ${shown}`;
  if (answer.text.replace(/[^A-Za-z]/g, '').length < FEWEST_LETTERS)
    return `an error without a message: ${shown}`;
  if (INTERNALS.test(answer.text)) return `the error tells internals: ${shown}`;
  return undefined;
}

interface ErrorDetail {
  readonly loc: readonly (string | number)[];
  readonly msg?: unknown;
}

function badLocations(exchange: Exchange, answer: Answer): string | undefined {
  const recorded = details(exchange.response.body_text ?? '');
  const got = details(answer.text);
  if (recorded === undefined || got === undefined) {
    return `the body is not {"detail":[{loc,msg}]}: ${answer.text.slice(0, 200)}`;
  }
  if (got.some(({ msg }) => typeof msg !== 'string' || msg === '')) return 'a detail without msg';
  const places = new Set(got.map(topOf));
  const missing = recorded.map(topOf).find((place) => !places.has(place));
  return missing === undefined ? undefined : `no detail at ${missing}, only at ${[...places].join(', ')}`;
}

function details(text: string): readonly ErrorDetail[] | undefined {
  try {
    const { detail } = JSON.parse(text) as { readonly detail?: readonly ErrorDetail[] };
    return detail?.every(({ loc }) => Array.isArray(loc)) === true ? detail : undefined;
  } catch {
    return undefined;
  }
}

/** The part and the field; where in the field (an index, a character) is free. */
function topOf({ loc }: ErrorDetail): string {
  return loc
    .slice(0, 2)
    .map(String)
    .filter((step) => !/^\d+$/.test(step))
    .join('.');
}
