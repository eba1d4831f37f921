import { join } from 'node:path';

import { type RunningServer, ServerStartError } from '../support/server-process.ts';
import { startFeast, startSalver } from '../support/servers.ts';
import { type Exchange, loadRecording, type Recording, type Scenario } from './exchange.ts';
import type { RunOptions } from './options.ts';
import type { PolicyRule } from './policy.ts';
import { redisWithDump } from './redis-dump.ts';
import { notRun, type Outcome, replayExchange, replayScenario, scenarioNotRun } from './replay.ts';
import { startIssuer } from './recorded-issuer.ts';
import { issuerScript, redisDump, scratchRepo } from './scratch-repo.ts';

export interface FileRun {
  readonly fixtures: string;
  /** Path below `fixtures`, as in `cases/drivers-sqlite.json`. */
  readonly file: string;
  readonly rules: readonly PolicyRule[];
  readonly options: RunOptions;
}

/** Replays one recording: on one server, but each case that says so on a server of its own. */
export async function replayFile(run: FileRun): Promise<readonly Outcome[]> {
  const { file, options } = run;
  const recording = loadRecording(join(run.fixtures, file));
  const isWanted = ({ name }: Exchange | Scenario): boolean =>
    options.only === undefined || name.includes(options.only);
  const cases = (recording.cases ?? []).filter(isWanted);
  const scenarios = (recording.scenarios ?? []).filter(isWanted);
  try {
    return await replayParts(run, recording, cases, scenarios);
  } catch (error) {
    if (!(error instanceof ServerStartError)) throw error;
    return allNotRun(cases, scenarios, file, `the server did not start: ${error.message}`);
  }
}

async function replayParts(
  run: FileRun,
  recording: Recording,
  cases: readonly Exchange[],
  scenarios: readonly Scenario[],
): Promise<readonly Outcome[]> {
  const shared = cases.filter((exchange) => !needsFreshServer(exchange, run.options));
  const outcomes: Outcome[] = [];
  if (shared.length + scenarios.length > 0) {
    await withServer(run, recording, async (baseUrl) => {
      const replay = replayOptions(run, baseUrl);
      for (const exchange of shared) outcomes.push(await replayExchange(exchange, replay));
      for (const scenario of scenarios) outcomes.push(...(await replayScenario(scenario, replay)));
    });
  }
  for (const exchange of cases.filter((each) => needsFreshServer(each, run.options))) {
    outcomes.push(await replayOnFreshServer(run, recording, exchange));
  }
  return outcomes;
}

/**
 * The real server changes its store with each search, so that the next one answers something else. Salver does not, and
 * that shows when one server answers all of them.
 */
function needsFreshServer(
  { fresh_server: isFresh }: Exchange,
  { fresh, server, baseUrl }: RunOptions,
): boolean {
  return isFresh === true && (fresh || server !== undefined || baseUrl !== undefined);
}

async function replayOnFreshServer(run: FileRun, recording: Recording, exchange: Exchange): Promise<Outcome> {
  if (!run.options.fresh) return notRun(exchange, run.file, 'needs a new server of its own (--fresh)');
  return withServer(run, recording, async (baseUrl) => replayExchange(exchange, replayOptions(run, baseUrl)));
}

function replayOptions(
  { file, rules, options }: FileRun,
  baseUrl: string,
): Parameters<typeof replayExchange>[1] {
  return { baseUrl, file, rules, numbers: options.numbers };
}

function allNotRun(
  cases: readonly Exchange[],
  scenarios: readonly Scenario[],
  file: string,
  why: string,
): readonly Outcome[] {
  return [
    ...cases.map((exchange) => notRun(exchange, file, why)),
    ...scenarios.flatMap((scenario) => scenarioNotRun(scenario, file, why)),
  ];
}

async function withServer<T>(
  { fixtures, file, options }: FileRun,
  recording: Recording,
  work: (baseUrl: string) => Promise<T>,
): Promise<T> {
  if (options.baseUrl !== undefined) return work(options.baseUrl);
  const dump = redisDump(fixtures, recording);
  const redis = dump === undefined ? undefined : await redisWithDump(dump);
  const script = issuerScript(fixtures, recording);
  const issuer = script === undefined ? undefined : await startIssuer(script);
  const repo = scratchRepo(fixtures, file, recording, { redis: redis?.address, issuer: issuer?.address });
  const serve = { repo: repo.path, env: repo.env, logFile: join(repo.path, 'server.log') };
  let server: RunningServer | undefined;
  try {
    server = await (options.server === undefined ? startSalver(serve) : startFeast(options.server, serve));
    return await work(server.baseUrl);
  } finally {
    await server?.stop();
    await redis?.stop();
    await issuer?.stop();
    repo.remove();
  }
}
