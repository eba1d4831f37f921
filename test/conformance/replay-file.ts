import { join } from 'node:path';

import { type RunningServer, ServerStartError } from '../support/server-process.ts';
import { salver } from '../support/salver-process.ts';
import { type ServeOptions, startFeast, startSalver } from '../support/servers.ts';
import { type Exchange, loadRecording, type Recording, type Scenario } from './exchange.ts';
import type { RunOptions } from './options.ts';
import type { PolicyRule } from './policy.ts';
import { redisWithDump } from './redis-dump.ts';
import { notRun, type Outcome, replayExchange, type ReplayOptions } from './replay.ts';
import { startIssuer } from './recorded-issuer.ts';
import { replayScenario, scenarioNotRun } from './scenario.ts';
import { hasTwin, issuerScript, redisDump, scratchRepo } from './scratch-repo.ts';

export interface FileRun {
  readonly fixtures: string;
  /** Path below `fixtures`, as in `cases/drivers-sqlite.json`. */
  readonly file: string;
  readonly rules: readonly PolicyRule[];
  readonly options: RunOptions;
}

/** Of servers on a machine that does much else. */
const PATIENT = { SALVER_SERVER_REQUEST_TIMEOUT_MS: '30000', SALVER_OVERLOAD_MAX_LOOP_LAG_MS: '0' };

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
  for (const twins of [false, true]) {
    const isHere = ({ name }: Exchange | Scenario): boolean =>
      (run.options.twins && hasTwin(recording, name)) === twins;
    const exchanges = shared.filter(isHere);
    const scenariosHere = scenarios.filter(isHere);
    if (exchanges.length + scenariosHere.length === 0) continue;
    await withServer({ ...run, options: { ...run.options, twins } }, recording, async (server) => {
      const replay = replayOptions(run, server);
      for (const exchange of exchanges) outcomes.push(await replayExchange(exchange, replay));
      for (const scenario of scenariosHere) outcomes.push(...(await replayScenario(scenario, replay)));
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
  return withServer(run, recording, async (server) => replayExchange(exchange, replayOptions(run, server)));
}

/** What is replayed against. */
type Served = Pick<ReplayOptions, 'baseUrl' | 'repo'>;

function replayOptions({ file, rules, options }: FileRun, server: Served): ReplayOptions {
  return { ...server, file, rules, numbers: options.numbers };
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
  work: (server: Served) => Promise<T>,
): Promise<T> {
  if (options.baseUrl !== undefined) return work({ baseUrl: options.baseUrl, repo: undefined });
  const dump = redisDump(fixtures, recording);
  const redis = dump === undefined ? undefined : await redisWithDump(dump);
  const script = issuerScript(fixtures, recording);
  const issuer = script === undefined ? undefined : await startIssuer(script);
  const repo = scratchRepo(fixtures, file, recording, {
    redis: redis?.address,
    issuer: issuer?.address,
    usesTwin: options.twins,
  });
  const serve = {
    repo: repo.path,
    env: { ...PATIENT, ...repo.env, ...pythonEnv(options) },
    logFile: join(repo.path, 'server.log'),
  };
  let server: RunningServer | undefined;
  try {
    if (repo.isUnapplied) await apply(repo.path);
    server = await started(options, serve);
    return await work({ baseUrl: server.baseUrl, repo: repo.path });
  } finally {
    await server?.stop();
    await redis?.stop();
    await issuer?.stop();
    repo.remove();
  }
}

function pythonEnv({ python }: RunOptions): Readonly<Record<string, string>> {
  return python === undefined ? {} : { SALVER_PYTHON_INTERPRETER: python };
}

/** Errors: ServerStartError with what was printed. */
async function apply(repo: string): Promise<void> {
  const { code, output } = await salver(['-c', repo, 'apply', '--yes']);
  if (code !== 0) throw new ServerStartError(`salver apply ended with ${code}:\n${output}`);
}

async function started({ server }: RunOptions, serve: ServeOptions): Promise<RunningServer> {
  return server === undefined ? startSalver(serve) : startFeast(server, serve);
}
