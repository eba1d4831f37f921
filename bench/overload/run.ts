import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { ensureFeastVenv, type FeastVenv } from '../../test/support/feast-venv.ts';
import { SeededRandom } from '../../test/support/random.ts';
import { startSalver } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say } from '../bench-folder.ts';
import { countOption } from '../bench-options.ts';
import { ensureTools } from '../bench-tools.ts';
import { machine, versions } from '../circumstances.ts';
import { benchRepo } from '../read/bench-repo.ts';
import { requestBody, type Shape, SHAPES } from '../read/shapes.ts';
import { type OpenLoad, openLoad, type OpenLoadResult } from './open-load.ts';

const USAGE = `Measures what Salver still answers in time under three times the load that it can take.

  npm run bench -- overload [options]

  --shape NAME        request shape (100x10 mixed)
  --seconds N         length of each phase (8)
  --connections N     connections of the load generator (1000)
`;

const SERVER_CORE = '0';
const LOAD_CORE = '1';
const USEFUL_MS = 2000;
const BODIES = 200;
const PROBE_RATES = [1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24];
const QUIET_SHARE = 0.5;
const AFTER_SECONDS = 5;
/** Of the peak, which must still be answered in time. */
const GOAL = 0.8;

const say: Say = (line) => console.error(line);

interface OverloadOptions {
  readonly shape: Shape;
  readonly seconds: number;
  readonly connections: number;
}

function parseOptions(args: readonly string[]): OverloadOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      shape: { type: 'string', default: '100x10 mixed' },
      seconds: { type: 'string', default: '8' },
      connections: { type: 'string', default: '1000' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const shape = SHAPES.find(({ name }) => name === values.shape);
  if (!shape) throw new Error(`--shape is one of ${SHAPES.map(({ name }) => name).join(', ')}`);
  const connections = countOption('connections', values.connections, 2000);
  return { shape, seconds: countOption('seconds', values.seconds), connections };
}

/** `npm run bench -- overload`. */
export async function benchOverload(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  if (options === 'help') {
    console.log(USAGE);
    return 0;
  }
  ensureTools(['taskset'], say);
  const venv = ensureFeastVenv(say);
  const repo = await benchRepo('sqlite', venv, say);
  execFileSync('taskset', ['-a', '-p', '-c', LOAD_CORE, String(process.pid)], { stdio: 'ignore' });
  const server = await startSalver({
    repo: repo.path,
    prefix: ['taskset', '-c', SERVER_CORE],
    logFile: join(BENCH_FOLDER, 'overload.log'),
  });
  try {
    const measured = await measure(server.baseUrl, options);
    console.log(report(measured, options, venv));
    return measured.over.goodPerSecond >= GOAL * measured.peak ? 0 : 1;
  } finally {
    await server.stop();
    await repo.close();
  }
}

interface Measured {
  readonly peak: number;
  readonly quiet: OpenLoadResult;
  readonly over: OpenLoadResult;
  readonly after: OpenLoadResult;
}

async function measure(url: string, { shape, seconds, connections }: OverloadOptions): Promise<Measured> {
  const random = new SeededRandom(7);
  const bodies = Array.from({ length: BODIES }, () => requestBody(shape, random));
  const load = { url, bodies, connections, usefulMs: USEFUL_MS };
  const peak = await findPeak(load);
  const quiet = await phase('half of the peak', { ...load, perSecond: peak * QUIET_SHARE, seconds });
  const over = await phase('three times the peak', { ...load, perSecond: peak * 3, seconds });
  const after = await phase('half of the peak, just after', {
    ...load,
    perSecond: peak * QUIET_SHARE,
    seconds: AFTER_SECONDS,
  });
  return { peak, quiet, over, after };
}

function report({ peak, quiet, over, after }: Measured, options: OverloadOptions, venv: FeastVenv): string {
  const rows = [
    ['half of the peak', quiet, peak * QUIET_SHARE],
    ['three times the peak', over, peak * 3],
    [`half of the peak, the ${AFTER_SECONDS} s after`, after, peak * QUIET_SHARE],
  ] as const;
  return [
    `- ${machine()}`,
    `- ${versions(venv)}`,
    `- ${options.shape.name} on SQLite, one worker on core 0, load at a fixed rate from core 1 over ` +
      `${options.connections} connections; an answer counts when it is 200 and comes within ${USEFUL_MS} ms; ` +
      `the peak is ${Math.round(peak)} a second`,
    '',
    '| offered | requests/s | good/s | of the peak | refused | late | failed | unsent | p50 / p99 ms of the good |',
    '| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |',
    ...rows.map(([name, result, rate]) => row(name, rate, result, peak)),
  ].join('\n');
}

/** The highest rate of good answers that any offered rate gives. */
async function findPeak(load: Omit<OpenLoad, 'perSecond' | 'seconds'>): Promise<number> {
  await openLoad({ ...load, perSecond: 100, seconds: 3 });
  let peak = 0;
  for (const factor of PROBE_RATES) {
    const { goodPerSecond } = await openLoad({ ...load, perSecond: 100 * factor, seconds: 3 });
    say(`${Math.round(100 * factor)}/s offered: ${Math.round(goodPerSecond)}/s good`);
    if (goodPerSecond < peak * 0.98) break;
    peak = Math.max(peak, goodPerSecond);
    await delay(500);
  }
  return peak;
}

async function phase(name: string, load: OpenLoad): Promise<OpenLoadResult> {
  say(`${name}: ${Math.round(load.perSecond)}/s for ${load.seconds} s`);
  return openLoad(load);
}

function row(name: string, rate: number, result: OpenLoadResult, peak: number): string {
  const cells = [
    name,
    Math.round(rate),
    Math.round(result.goodPerSecond),
    `${Math.round((100 * result.goodPerSecond) / peak)} %`,
    result.refused,
    result.late,
    result.failed,
    result.unsent,
    `${result.p50Ms.toFixed(0)} / ${result.p99Ms.toFixed(0)}`,
  ];
  return `| ${cells.join(' | ')} |`;
}
