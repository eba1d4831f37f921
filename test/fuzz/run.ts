// `npm run test:fuzz`: sends random and mutated bodies to a real server over real sockets: reads on several connections,
// and as many writes on one more. No answer may be a 5xx (but 503 where the caller set a time limit), none may be missing
// or late, a write that is refused must not change a store, and the worker must live and not grow.
import { appendFileSync, cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { runSeed, SeededRandom } from '../support/random.ts';
import { salver } from '../support/salver-process.ts';
import { CHECKOUT, startSalver } from '../support/servers.ts';
import { fuzzRequest, recordedBodies } from './bodies.ts';
import { FuzzClient } from './fuzz-client.ts';
import { residentMegabytes, workersOf } from './server-watch.ts';
import { FuzzTally } from './tally.ts';
import { recordedWrites } from './write-bodies.ts';
import { sendWrites } from './write-lane.ts';

const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');
const REPORT = join(CHECKOUT, '.salver/reports/fuzz.json');
const CLIENTS = 8;
/** Memory at the end, against that after the first fifth: garbage comes and goes, a leak only comes. */
const MAX_GROWTH = 1.5;
/** In a shorter run the worker is still warming up. */
const MIN_REQUESTS_FOR_GROWTH = 20_000;

const BATCHING = `
feature_server:
  offline_push_batching_enabled: true
  offline_push_batching_batch_size: 50
  offline_push_batching_batch_interval_seconds: 1
`;

const { values } = parseArgs({
  options: {
    requests: { type: 'string', default: '50000' },
    seed: { type: 'string' },
    batched: { type: 'boolean', default: false },
  },
});
const requests = Number(values.requests);
const seed = values.seed === undefined ? runSeed() : Number(values.seed);

const repo = mkdtempSync(join(tmpdir(), 'salver-fuzz-'));
cpSync(join(FIXTURES, 'repos/drivers-sqlite'), repo, { recursive: true });
if (values.batched) appendFileSync(join(repo, 'feature_store.yaml'), BATCHING);
const logFile = join(repo, 'server.log');
const server = await startSalver({ repo, logFile });
console.log(`${requests} reads and as many writes, seed ${seed}`);
try {
  process.exitCode = await campaign();
} finally {
  await server.stop();
  rmSync(repo, { recursive: true, force: true });
}

async function campaign(): Promise<number> {
  const random = new SeededRandom(seed);
  const recorded = recordedBodies(FIXTURES);
  const tally = new FuzzTally();
  const workers = workersOf(server.pid);
  let sent = 0;
  let baselineMb = 0;
  const client = async (): Promise<void> => {
    const connection = new FuzzClient(server.port);
    while (sent < requests) {
      const index = sent++;
      if (index === Math.floor(requests / 5)) baselineMb = residentMegabytes(workers);
      if (index % 10_000 === 9999) console.log(`${index + 1} …`);
      const request = fuzzRequest(random, recorded);
      tally.add(request, await connection.send(request));
    }
    connection.close();
  };
  const writing = sendWrites(
    {
      port: server.port,
      store: join(repo, 'data/online_store.db'),
      histories: join(repo, 'data'),
      batched: values.batched,
      recorded: recordedWrites(FIXTURES),
      count: requests,
    },
    new SeededRandom(seed + 1),
    tally,
  );
  await Promise.all(Array.from({ length: CLIENTS }, client));
  const { stored, appended, refused } = await writing;
  const endMb = residentMegabytes(workers);
  const problems = [...tally.problems];
  if (workersOf(server.pid).join() !== workers.join()) problems.push('a worker ended and was replaced');
  if (requests >= MIN_REQUESTS_FOR_GROWTH && endMb > baselineMb * MAX_GROWTH) {
    problems.push(`memory grew from ${baselineMb} to ${endMb} MB`);
  }
  if (stored === 0 || appended === 0 || refused === 0)
    problems.push('no write was stored, or none was refused');
  await server.stop(60_000);
  problems.push(...(await journalProblems()));
  if (readFileSync(logFile, 'utf8').includes('request failed'))
    problems.push('the log tells of a failed request');
  console.log(tally.summary());
  console.log(
    `writes: ${stored} changed the online store, ${appended} went to histories, ${refused} were refused`,
  );
  console.log(`worker memory: ${baselineMb} MB after a fifth, ${endMb} MB at the end`);
  for (const problem of problems.slice(0, 20)) console.log(`PROBLEM ${problem}`);
  mkdirSync(join(CHECKOUT, '.salver/reports'), { recursive: true });
  const failed = problems.length;
  writeFileSync(
    REPORT,
    JSON.stringify({ passed: 2 * requests - Math.min(2 * requests, failed), failed, problems, seed }),
  );
  return failed === 0 ? 0 : 1;
}

/** Of a journal everything came into the histories: what was acknowledged fitted them. */
async function journalProblems(): Promise<readonly string[]> {
  if (!values.batched) return [];
  const { output } = await salver(['-c', repo, 'journal', 'status', '--output', 'json']);
  const left = JSON.parse(output) as { entries_waiting: number; dead_letters: number };
  return left.entries_waiting + left.dead_letters === 0 ? [] : [`left in the journal: ${output}`];
}
