import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { ensureFeastVenv } from '../../test/support/feast-venv.ts';
import { SeededRandom } from '../../test/support/random.ts';
import { childrenOf } from '../../test/support/salver-process.ts';
import { startSalver } from '../../test/support/servers.ts';
import { BENCH_FOLDER, type Say } from '../bench-folder.ts';
import { parseRoundOptions } from '../bench-options.ts';
import { ensureTools } from '../bench-tools.ts';
import { machine, versions } from '../circumstances.ts';
import { median } from '../median.ts';
import { type BenchRepo, benchRepo } from '../read/bench-repo.ts';
import { requestBody, SHAPES } from '../read/shapes.ts';
import { loadRound } from '../read/wrk.ts';

const USAGE = `Measures one worker against two: requests per second, p99, and the memory of a worker afterwards.

  npm run bench -- workers [options]

  --seconds N      length of a round (4)
  --rounds N       rounds per shape (3)
`;

const BODIES = 300;
const CONNECTIONS = 16;
const MIB = 1024;
const WORKERS = [1, 2] as const;

const say: Say = (line) => console.error(line);

interface Series {
  readonly requestsPerSecond: number[];
  readonly p99Ms: number[];
}

/** `npm run bench -- workers`. */
export async function benchWorkers(args: readonly string[]): Promise<number> {
  const limits = parseRoundOptions(args, { seconds: 4, rounds: 3 });
  if (limits === 'help') {
    console.log(USAGE);
    return 0;
  }
  ensureTools(['taskset', 'wrk'], say);
  const venv = ensureFeastVenv(say);
  const repo = await benchRepo('sqlite', venv, say);
  try {
    const table = await measure(repo, limits);
    const about = [
      machine(),
      versions(venv),
      `SQLite, servers and load on both cores, ${CONNECTIONS} connections, ${limits.rounds} rounds of ${limits.seconds} s in turn (medians); ` +
        'memory: the resident set of the largest worker after all shapes',
    ];
    console.log([...about.map((line) => `- ${line}`), '', ...table].join('\n'));
    return 0;
  } finally {
    await repo.close();
  }
}

async function measure(
  repo: BenchRepo,
  { seconds, rounds }: { readonly seconds: number; readonly rounds: number },
): Promise<string[]> {
  const servers = await Promise.all(
    WORKERS.map(async (workers) =>
      startSalver({
        repo: repo.path,
        env: { ...repo.env, SALVER_SERVER_WORKERS: String(workers) },
        args: ['--workers', String(workers)],
        logFile: join(BENCH_FOLDER, `workers-${workers}.log`),
      }),
    ),
  );
  try {
    const rows: string[] = [];
    for (const shape of SHAPES) {
      say(`measuring ${shape.name}`);
      const random = new SeededRandom(5);
      const bodiesFile = join(BENCH_FOLDER, `workers-${shape.name.replace(/\W/g, '-')}.bodies`);
      writeFileSync(
        bodiesFile,
        `${Array.from({ length: BODIES }, () => requestBody(shape, random)).join('\n')}\n`,
      );
      const series = WORKERS.map((): Series => ({ requestsPerSecond: [], p99Ms: [] }));
      for (let round = 0; round < rounds; round += 1) {
        for (const [index, server] of servers.entries()) {
          const load = { url: server.baseUrl, bodiesFile, connections: CONNECTIONS, core: '0,1', seconds };
          const measured = await loadRound(load);
          series[index]?.requestsPerSecond.push(measured.requestsPerSecond);
          series[index]?.p99Ms.push(measured.p99Ms);
        }
      }
      rows.push(row(shape.name, series));
    }
    const memory = servers.map(({ pid }) => `${largestWorkerMib(pid)} MiB`);
    return [
      '| rows x features | one worker req/s | two workers req/s | ratio | p99 ms, one / two |',
      '| --- | ---: | ---: | ---: | ---: |',
      ...rows,
      '',
      `Memory of a worker: ${memory[0]} with one, ${memory[1]} with two.`,
    ];
  } finally {
    await Promise.all(servers.map(async (server) => server.stop()));
  }
}

function row(name: string, [one, two]: readonly Series[]): string {
  const [first, second] = [median(one?.requestsPerSecond ?? []), median(two?.requestsPerSecond ?? [])];
  const p99 = `${median(one?.p99Ms ?? []).toFixed(0)} / ${median(two?.p99Ms ?? []).toFixed(0)}`;
  return `| ${name} | ${Math.round(first)} | ${Math.round(second)} | ${(second / first).toFixed(2)}× | ${p99} |`;
}

/** Launcher → primary → workers. */
function largestWorkerMib(launcher: number): number {
  const workers = childrenOf(launcher).flatMap((primary) => childrenOf(primary));
  const sizes = workers.map((pid) =>
    Number(/^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0),
  );
  return Math.round(Math.max(...sizes) / MIB);
}
