import { startFeast, startSalver } from '../../test/support/servers.ts';
import type { FeastVenv } from '../../test/support/feast-venv.ts';
import { cpuSecondsOf, type MeasuredRun, PeakMemory } from './measured-run.ts';
import type { ProgramName } from './options.ts';

const LOAD_LIMIT_MS = 30 * 60_000;
const STOP_LIMIT_MS = 60_000;

/** One `POST /materialize` to a server that was started for it; the start and the end of the server do not count. */
export async function serverRun(
  program: ProgramName,
  venv: FeastVenv,
  {
    repo,
    env,
    range,
  }: { repo: string; env: Readonly<Record<string, string>>; range: readonly [string, string] },
): Promise<MeasuredRun> {
  const options = { repo, env, logFile: `${repo}.log` };
  const server = await (program === 'feast' ? startFeast(venv.feast, options) : startSalver(options));
  try {
    const cpuBegin = cpuSecondsOf(server.pid);
    using memory = new PeakMemory(server.pid);
    const begin = performance.now();
    const answer = await fetch(`${server.baseUrl}/materialize`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ start_ts: range[0], end_ts: range[1], feature_views: ['user_stats'] }),
      signal: AbortSignal.timeout(LOAD_LIMIT_MS),
    });
    const text = await answer.text();
    const seconds = (performance.now() - begin) / 1000;
    if (answer.status !== 200) throw new Error(`${program} answers ${answer.status} ${text.slice(0, 300)}`);
    return { seconds, cpuSeconds: cpuSecondsOf(server.pid) - cpuBegin, peakBytes: memory.bytes };
  } finally {
    await server.stop(STOP_LIMIT_MS);
  }
}
