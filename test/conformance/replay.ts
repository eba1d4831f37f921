import { setTimeout as delay } from 'node:timers/promises';

import { answerDifference } from './compare.ts';
import type { Comparison } from './difference.ts';
import type { Answer, Exchange } from './exchange.ts';
import { send } from './http-client.ts';
import { brokenRule, type PolicyRule, ruleFor } from './policy.ts';

export type Verdict =
  | { readonly kind: 'match' }
  | { readonly kind: 'policy'; readonly rule: string }
  | { readonly kind: 'mismatch'; readonly why: string }
  | { readonly kind: 'not-run'; readonly why: string };

/** What came of one case or one step. `status` is the recorded one; a parquet step has none. */
export interface Outcome {
  readonly file: string;
  readonly name: string;
  readonly endpoint: string;
  readonly status: number | undefined;
  readonly verdict: Verdict;
}

export interface ReplayOptions {
  readonly baseUrl: string;
  /** The folder that is served; undefined when nobody knows it. */
  readonly repo: string | undefined;
  /** The recording's file, as policy rules name it. */
  readonly file: string;
  readonly numbers: Comparison['numbers'];
  /** Empty: the recorded answers themselves are wanted. */
  readonly rules: readonly PolicyRule[];
}

const RETRY_PAUSE_MS = 200;

/** Replays one exchange, again and again for as long as the recording allows, until its answer is as wanted. */
export async function replayExchange(exchange: Exchange, options: ReplayOptions): Promise<Outcome> {
  const giveUpAt = Date.now() + (exchange.retry_ms ?? 0);
  let verdict = await attempt(exchange, options);
  while (verdict.kind === 'mismatch' && Date.now() < giveUpAt) {
    await delay(RETRY_PAUSE_MS);
    verdict = await attempt(exchange, options);
  }
  return outcome(exchange, options.file, verdict);
}

/** An outcome for what is not sent at all. */
export function notRun(exchange: Exchange, file: string, why: string): Outcome {
  return outcome(exchange, file, { kind: 'not-run', why });
}

async function attempt(exchange: Exchange, options: ReplayOptions): Promise<Verdict> {
  let answer: Answer;
  try {
    answer = await send(options.baseUrl, exchange.request);
  } catch (error) {
    return { kind: 'mismatch', why: `no answer: ${error instanceof Error ? error.message : String(error)}` };
  }
  return judged(exchange, answer, options);
}

/** The verdict on one answer: the recorded answer or, where a rule says so, what the rule wants. */
export function judged(exchange: Exchange, answer: Answer, options: ReplayOptions): Verdict {
  const { numbers, rules, file, baseUrl } = options;
  const difference = answerDifference(exchange, answer, { numbers, origin: new URL(baseUrl).origin });
  const rule = ruleFor(rules, file, exchange);
  if (rule === undefined || (difference === undefined && rule.strict !== true)) {
    return difference === undefined ? { kind: 'match' } : { kind: 'mismatch', why: difference };
  }
  const broken = brokenRule(rule, exchange, answer, difference === undefined);
  if (broken !== undefined) return { kind: 'mismatch', why: `policy ${rule.id}: ${broken}` };
  return { kind: 'policy', rule: rule.id };
}

function outcome(exchange: Exchange, file: string, verdict: Verdict): Outcome {
  return {
    file,
    name: exchange.name,
    endpoint: exchange.endpoint,
    status: exchange.response.status,
    verdict,
  };
}
