import { setTimeout as delay } from 'node:timers/promises';

import { answerDifference } from './compare.ts';
import type { Comparison } from './difference.ts';
import type { Answer, Exchange, Scenario, ScenarioStep } from './exchange.ts';
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

/** Replays the steps of a scenario in order. */
export async function replayScenario(
  scenario: Scenario,
  options: ReplayOptions,
): Promise<readonly Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const name = stepName(scenario, step, index);
    if (step.kind === 'sleep') await delay(step.ms);
    else if (step.kind === 'parquet') outcomes.push(uncheckedParquet(name, options.file));
    else outcomes.push(await replayExchange({ ...step, name }, options));
  }
  return outcomes;
}

/** An outcome for what is not sent at all. */
export function notRun(exchange: Exchange, file: string, why: string): Outcome {
  return outcome(exchange, file, { kind: 'not-run', why });
}

/** The outcomes of a scenario that is not replayed at all. */
export function scenarioNotRun(scenario: Scenario, file: string, why: string): readonly Outcome[] {
  return scenario.steps.flatMap((step, index) => {
    const name = stepName(scenario, step, index);
    if (step.kind === 'request') return [notRun({ ...step, name }, file, why)];
    return step.kind === 'parquet' ? [uncheckedParquet(name, file)] : [];
  });
}

function stepName(scenario: Scenario, step: ScenarioStep, index: number): string {
  const own = step.kind === 'sleep' ? undefined : step.name;
  return `${scenario.name} #${index + 1}${own === undefined ? '' : ` ${own}`}`;
}

function uncheckedParquet(name: string, file: string): Outcome {
  const verdict: Verdict = { kind: 'not-run', why: 'the rows of parquet files are not checked yet' };
  return { file, name, endpoint: 'parquet rows', status: undefined, verdict };
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
