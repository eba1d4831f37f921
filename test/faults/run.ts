// `npm run test:faults`: SIGKILL at random to processes of a server that is pushed to. Whatever it acknowledged must be in
// the stores afterwards: online the newest row of each entity, offline every row, once.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { parseArgs } from 'node:util';

import { runSeed, SeededRandom } from '../support/random.ts';
import { startRedis } from '../support/redis-process.ts';
import { salver } from '../support/salver-process.ts';
import { CHECKOUT } from '../support/servers.ts';
import { freePort } from '../support/server-process.ts';
import { examineOffline, examineOnline } from './examination.ts';
import { makeFaultsRepo, removeRepo, type StoreKind } from './faults-repo.ts';
import { KilledServer } from './killed-server.ts';
import { PushClient, type PushTally } from './push-client.ts';
import { Recorder } from './recorder.ts';

const REPORT = join(CHECKOUT, '.salver/reports/faults.json');
const CLIENTS = 6;
/** From one kill to the next: also so soon that what follows the last one is under way. */
const PAUSE_MS = [100, 2500] as const;
const USAGE = `Kills processes of a server at random while clients push.

  npm run test:faults -- [options]

  --kills N           in each form (default 100)
  --store KIND        sqlite or redis; may be repeated (default both)
  --batched yes|no    offline pushes by the journal, or merged before the answer (default both)
  --seed S            the same choices again
`;

const { values } = parseArgs({
  options: {
    kills: { type: 'string', default: '100' },
    store: { type: 'string', multiple: true, default: ['sqlite', 'redis'] },
    batched: { type: 'string', multiple: true, default: ['no', 'yes'] },
    seed: { type: 'string' },
    help: { type: 'boolean', default: false },
  },
});

if (values.help) console.log(USAGE);
else process.exitCode = await campaign();

async function campaign(): Promise<number> {
  const kills = Number(values.kills);
  const seed = values.seed === undefined ? runSeed() : Number(values.seed);
  const totals = { passed: 0, failed: 0, problems: [] as string[] };
  for (const store of values.store) {
    for (const batched of values.batched) {
      const form = { store: store as StoreKind, batched: batched === 'yes' };
      const { survived, problems } = await run(form, kills, seed);
      for (const problem of problems.slice(0, 20)) console.log(`PROBLEM ${problem}`);
      totals.failed += problems.length;
      totals.problems.push(...problems);
      totals.passed += problems.length === 0 ? survived : 0;
    }
  }
  mkdirSync(join(CHECKOUT, '.salver/reports'), { recursive: true });
  writeFileSync(REPORT, JSON.stringify({ ...totals, seed }));
  return totals.failed === 0 ? 0 : 1;
}

interface Form {
  readonly store: StoreKind;
  readonly batched: boolean;
}

async function run(
  { store, batched }: Form,
  kills: number,
  seed: number,
): Promise<{ survived: number; problems: readonly string[] }> {
  await using opened = new AsyncDisposableStack();
  const redis = store === 'redis' ? opened.adopt(await startRedis(), (it) => it.stop()) : undefined;
  const repo = await makeFaultsRepo({ store, batched, ...(redis && { redis: redis.address }) });
  const recorder = opened.adopt(new Recorder(join(repo, 'acknowledged.jsonl')), (it) => it.close());
  const port = await freePort();
  const server = new KilledServer(repo, port);
  console.log(`${store}, ${batched ? 'batched' : 'unbatched'}: ${kills} kills, seed ${seed}`);
  const tally: PushTally = { byStatus: new Map(), problems: [] };
  try {
    await server.start();
    await killWhilePushed(server, () => new PushClient(port, recorder, tally), kills, seed);
    await server.ready();
    const online = await examineOnline(recorder, port);
    await server.stop();
    const journal = await journalProblems(repo, batched);
    const offline = await examineOffline(recorder, repo);
    const problems = [...tally.problems, ...server.problems, ...online, ...journal, ...offline];
    report(server, tally, recorder);
    if (problems.length === 0) removeRepo(repo);
    else console.log(`kept for a look: ${repo}`);
    return { survived: server.kills, problems };
  } finally {
    await server.stop();
  }
}

async function killWhilePushed(
  server: KilledServer,
  client: () => PushClient,
  kills: number,
  seed: number,
): Promise<void> {
  const random = new SeededRandom(seed);
  let stopped = false;
  const clients = Array.from({ length: CLIENTS }, (_, index) =>
    client().run(new SeededRandom(seed + index + 1), () => stopped),
  );
  try {
    while (server.kills < kills) {
      await delay(random.integer(...PAUSE_MS));
      await server.killOne(random);
    }
    await delay(3000);
  } finally {
    stopped = true;
    await Promise.all(clients);
  }
}

/** After a stop in order nothing waits any more. */
async function journalProblems(repo: string, batched: boolean): Promise<readonly string[]> {
  if (!batched) return [];
  const { code, output } = await salver(['-c', repo, 'journal', 'status', '--output', 'json']);
  if (code !== 0) return [`salver journal status ended with ${code}: ${output}`];
  const status = JSON.parse(output) as {
    entries_waiting: number;
    dead_letters: number;
    damaged_files: readonly string[];
  };
  const left = status.entries_waiting + status.dead_letters + status.damaged_files.length;
  return left === 0 ? [] : [`the journal is not empty after the stop: ${output}`];
}

function report(server: KilledServer, { byStatus }: PushTally, { acknowledged }: Recorder): void {
  const statuses = [...byStatus]
    .toSorted(([a], [b]) => a - b)
    .map(([status, count]) => `${status || 'none'}: ${count}`);
  console.log(
    `${server.kills} kills (${server.primaryKills} of the primary, ${server.writerKills} of the writer); ${acknowledged} rows acknowledged; answers ${statuses.join(', ')}`,
  );
}
