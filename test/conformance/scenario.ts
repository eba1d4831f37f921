import { setTimeout as delay } from 'node:timers/promises';

import type { Exchange, ParquetStep, Scenario, ScenarioStep } from './exchange.ts';
import { parquetDifference, type WantedRows } from './parquet-rows.ts';
import { ruleFor } from './policy.ts';
import { notRun, type Outcome, replayExchange, type ReplayOptions, type Verdict } from './replay.ts';

const PARQUET = 'parquet rows';
const READ = '/get-online-features';

/** Replays the steps of a scenario in order. */
export async function replayScenario(
  scenario: Scenario,
  options: ReplayOptions,
): Promise<readonly Outcome[]> {
  const run = new ScenarioRun(options);
  const outcomes: Outcome[] = [];
  for (const [index, step] of scenario.steps.entries()) {
    const name = stepName(scenario, step, index);
    if (step.kind === 'sleep') await delay(step.ms);
    else if (step.kind === 'parquet') outcomes.push(await run.lookAtRows(step, name));
    else outcomes.push(await run.send({ ...step, name }));
  }
  return outcomes;
}

/** The outcomes of a scenario that is not replayed at all. */
export function scenarioNotRun(scenario: Scenario, file: string, why: string): readonly Outcome[] {
  return scenario.steps.flatMap((step, index) => {
    const name = stepName(scenario, step, index);
    if (step.kind === 'request') return [notRun({ ...step, name }, file, why)];
    return step.kind === 'parquet' ? [parquetOutcome(name, file, { kind: 'not-run', why })] : [];
  });
}

/** What one scenario has done so far. */
class ScenarioRun {
  /** The rule by which the last write was refused that the recorded server took: nobody can read what it would have written. */
  private refusedBy: string | undefined;

  private readonly options: ReplayOptions;

  constructor(options: ReplayOptions) {
    this.options = options;
  }

  async send(exchange: Exchange): Promise<Outcome> {
    const isRead = exchange.endpoint === READ;
    if (isRead && this.refusedBy !== undefined) return this.readOfRefused(exchange, this.refusedBy);
    const outcome = await replayExchange(exchange, this.options);
    if (!isRead) this.refusedBy = this.refusal(exchange, outcome);
    return outcome;
  }

  async lookAtRows(step: ParquetStep, name: string): Promise<Outcome> {
    const { repo, file, rules } = this.options;
    if (repo === undefined) {
      const why = 'the rows of files are looked at only where the runner started the server';
      return parquetOutcome(name, file, { kind: 'not-run', why });
    }
    const rule = ruleFor(rules, file, { name });
    if (rule?.expect === 'any') return parquetOutcome(name, file, { kind: 'policy', rule: rule.id });
    const refused: WantedRows | undefined = this.refusedBy === undefined ? undefined : 'none';
    const wanted = refused ?? (rules.length > 0 ? 'each once' : 'recorded');
    const why = await parquetDifference(step, repo, wanted);
    const kept: Verdict =
      this.refusedBy === undefined ? { kind: 'match' } : { kind: 'policy', rule: this.refusedBy };
    return parquetOutcome(name, file, why === undefined ? kept : { kind: 'mismatch', why });
  }

  private refusal({ name, response }: Exchange, { verdict }: Outcome): string | undefined {
    if (verdict.kind !== 'policy' || response.status >= 300) return undefined;
    const rule = ruleFor(this.options.rules, this.options.file, { name, response });
    return rule?.expect === 'exact-or-client-error' ? rule.id : undefined;
  }

  /** Only its status is held against the recorded one. */
  private async readOfRefused(exchange: Exchange, rule: string): Promise<Outcome> {
    const outcome = await replayExchange({ ...exchange, volatile: ['$'] }, { ...this.options, rules: [] });
    return outcome.verdict.kind === 'match' ? { ...outcome, verdict: { kind: 'policy', rule } } : outcome;
  }
}

function stepName(scenario: Scenario, step: ScenarioStep, index: number): string {
  const own = step.kind === 'sleep' ? undefined : step.name;
  return `${scenario.name} #${index + 1}${own === undefined ? '' : ` ${own}`}`;
}

function parquetOutcome(name: string, file: string, verdict: Verdict): Outcome {
  return { file, name, endpoint: PARQUET, status: undefined, verdict };
}
