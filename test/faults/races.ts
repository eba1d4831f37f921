// `npm run test:races`: 8 clients push rows of the same 100 entities, with shuffled event times, to a server of 4 workers.
// Afterwards each entity has its newest row, whoever sent it when. Each seed has entities of its own.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { startRedis } from '../support/redis-process.ts';
import { runSeed, SeededRandom } from '../support/random.ts';
import { CHECKOUT, startSalver } from '../support/servers.ts';
import { makeFaultsRepo, removeRepo, type StoreKind } from './faults-repo.ts';

const REPORT = join(CHECKOUT, '.salver/reports/races.json');
const WRITERS = 8;
const ENTITIES = 100;
const ROWS_OF_ENTITY = 6;
const MAX_ROWS_OF_PUSH = 10;
const FIRST_SECOND = Date.UTC(2025, 0, 1) / 1000;

interface Row {
  readonly sensor: number;
  readonly second: number;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '200' },
    store: { type: 'string', multiple: true, default: ['sqlite', 'redis'] },
    seed: { type: 'string' },
  },
});

async function campaign(): Promise<number> {
  const first = values.seed === undefined ? runSeed() : Number(values.seed);
  const totals = { passed: 0, failed: 0, problems: [] as string[] };
  for (const store of values.store) {
    const problems = await racesIn(store as StoreKind, first, Number(values.seeds));
    for (const problem of problems.slice(0, 20)) console.log(`PROBLEM ${problem}`);
    totals.failed += problems.length;
    totals.problems.push(...problems);
    totals.passed += problems.length === 0 ? Number(values.seeds) : 0;
  }
  mkdirSync(join(CHECKOUT, '.salver/reports'), { recursive: true });
  writeFileSync(REPORT, JSON.stringify({ ...totals, seed: first }));
  return totals.failed === 0 ? 0 : 1;
}

async function racesIn(store: StoreKind, first: number, seeds: number): Promise<readonly string[]> {
  await using opened = new AsyncDisposableStack();
  const redis = store === 'redis' ? opened.adopt(await startRedis(), (it) => it.stop()) : undefined;
  const repo = await makeFaultsRepo({ store, batched: false, ...(redis && { redis: redis.address }) });
  opened.defer(() => removeRepo(repo));
  const logFile = join(repo, 'server.log');
  // The connections of `fetch` stay open.
  const env = { SALVER_SERVER_GRACEFUL_TIMEOUT_SECONDS: '1' };
  const server = opened.adopt(
    await startSalver({ repo, logFile, env, args: ['--workers', '4'] }),
    async (it) => it.stop(),
  );
  console.log(`${store}: ${seeds} seeds from ${first}`);
  const problems: string[] = [];
  const startedMs = performance.now();
  for (let n = 0; n < seeds; n++) {
    const race = new Race(server.baseUrl, n * ENTITIES + 1, new SeededRandom(first + n));
    problems.push(...(await race.run()).map((problem) => `${store}, seed ${first + n}: ${problem}`));
  }
  const seconds = (performance.now() - startedMs) / 1000;
  console.log(`${store}: ${seeds} seeds in ${seconds.toFixed(1)} s, ${problems.length} problems`);
  return problems;
}

class Race {
  private readonly url: string;
  private readonly firstSensor: number;
  private readonly random: SeededRandom;

  constructor(url: string, firstSensor: number, random: SeededRandom) {
    this.url = url;
    this.firstSensor = firstSensor;
    this.random = random;
  }

  /** What is not as it must be. */
  async run(): Promise<readonly string[]> {
    const rows = this.shuffledRows();
    const share = Math.ceil(rows.length / WRITERS);
    await Promise.all(
      Array.from({ length: WRITERS }, (_, writer) =>
        this.write(rows.slice(writer * share, (writer + 1) * share)),
      ),
    );
    return this.differences();
  }

  private shuffledRows(): Row[] {
    return Array.from({ length: ENTITIES * ROWS_OF_ENTITY }, (_, index) => ({
      sensor: this.firstSensor + (index % ENTITIES),
      second: FIRST_SECOND + Math.floor(index / ENTITIES),
      rank: this.random.next(),
    })).toSorted((a, b) => a.rank - b.rank);
  }

  private async write(rows: readonly Row[]): Promise<void> {
    for (let at = 0; at < rows.length;) {
      const pushed = rows.slice(at, (at += this.random.integer(1, MAX_ROWS_OF_PUSH)));
      await this.post('/push', {
        push_source_name: 'readings_push',
        df: {
          sensor_id: pushed.map(({ sensor }) => sensor),
          event_timestamp: pushed.map(({ second }) => new Date(second * 1000).toISOString()),
          row_id: pushed.map(({ second }) => `at-${second}`),
          reading: pushed.map(({ second }) => second / 2),
        },
      });
    }
  }

  private async differences(): Promise<readonly string[]> {
    const sensors = Array.from({ length: ENTITIES }, (_, index) => this.firstSensor + index);
    const { results } = JSON.parse(
      await this.post('/get-online-features', {
        features: ['readings:row_id', 'readings:reading'],
        entities: { sensor_id: sensors },
      }),
    ) as { results: { values: unknown[] }[] };
    const newest = FIRST_SECOND + ROWS_OF_ENTITY - 1;
    return sensors.flatMap((sensor, index) => {
      const found = [results[1]?.values[index], results[2]?.values[index]];
      const isNewest = found[0] === `at-${newest}` && found[1] === newest / 2;
      return isNewest ? [] : [`entity ${sensor} has ${JSON.stringify(found)}`];
    });
  }

  private async post(path: string, body: object): Promise<string> {
    const answer = await fetch(this.url + path, { method: 'POST', body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path} answered ${answer.status}: ${text}`);
    return text;
  }
}

process.exitCode = await campaign();
