import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { Deadline } from '../../src/common/model/deadline.ts';
import { ValueType } from '../../src/common/model/value.ts';
import type { WriteBatch, WriteOutcome } from '../../src/common/model/write-batch.ts';
import { RedisOnlineStoreWriter } from '../../src/modules/online-store/redis/redis-online-store-writer.ts';
import { send } from '../conformance/http-client.ts';
import { runSeed } from '../support/random.ts';
import { RedisServer } from '../support/redis-server.ts';
import type { RunningServer } from '../support/server-process.ts';
import { answerProblem, compareAnswers, readRequest } from './answer-campaign.ts';
import { ShopRepo } from './shop-repo.ts';
import { type Pair, pairBatch, type PairRow, profileBatch } from './shop-rows.ts';

const REQUESTS = 100;
const MOST_SHOWN = 5;
const WRITE_LIMIT_MS = 20_000;
const SECOND = 1_000_000;
/** 2026-04-01T00:00:00.250001Z: after everything that the repo is loaded with. */
const LATER = Date.UTC(2026, 3, 1) * 1000 + 250_001;
const NEVER = '1970-01-01T00:00:00Z';
const seed = runSeed();

let redis: RedisServer;
let repo: ShopRepo;
let feast: RunningServer;
let salver: RunningServer;
let writer: RedisOnlineStoreWriter;
const started = new AsyncDisposableStack();

beforeAll(async () => {
  redis = started.use(await RedisServer.start());
  repo = started.use(
    await ShopRepo.make({ keyVersion: 3, timeZone: 'UTC', redis: redis.connectionString() }),
  );
  const options = { connection: redis.connection(), keyTtlSeconds: null, skipDedup: false };
  writer = started.adopt(new RedisOnlineStoreWriter(options), async (each) => each.close());
  [feast, salver] = await Promise.all([repo.startFeast(), repo.startSalver()]);
});
afterAll(async () => started.disposeAsync());

describe('a repo in Redis', () => {
  it(`answers ${REQUESTS} generated requests as Feast does (seed ${seed})`, async () => {
    const requests = REQUESTS;
    const { problems, statuses } = await compareAnswers({ feast, salver, shape: repo.shape, seed, requests });
    expect(problems.slice(0, MOST_SHOWN)).toEqual([]);
    expect(statuses.get(200)).toBeGreaterThan(requests / 2);
  });
});

describe('rows that Salver writes', () => {
  it('are what Feast and Salver answer, the newest of each entity', async () => {
    const [newer, older, same, emptied, twice] = await loadedPairs(5);
    const unseen: PairRow = { customer: 901, product: 'ünï', affinity: -0.5, bought: 6, micros: LATER };
    const rows: readonly PairRow[] = [
      { ...newer, affinity: 0.125, bought: 1001, micros: newer.micros + 1 },
      { ...older, affinity: 0.25, bought: 1002, micros: older.micros - 1 },
      { ...same, affinity: 0.375, bought: 1003 },
      { ...emptied, affinity: null, bought: null, micros: LATER },
      { ...twice, affinity: 0.5, bought: 1004, micros: LATER + SECOND },
      { ...twice, affinity: 0.625, bought: 1005, micros: LATER },
      unseen,
    ];
    expect(await write(pairBatch(rows))).toEqual({ written: 4, skipped: 3 });
    const [newerRow, , , emptiedRow, twiceRow] = rows;
    expect(await readPairs([newer, older, same, emptied, twice, unseen])).toEqual([
      newerRow,
      older,
      same,
      emptiedRow,
      twiceRow,
      unseen,
    ]);
  });

  it('have values of many types, and nulls', async () => {
    const profile = {
      name: { type: ValueType.STRING, value: '李雷 "é"' },
      vip: { type: ValueType.BOOL, value: false },
      credit: { type: ValueType.DOUBLE, value: 1e22 },
      score: { type: ValueType.FLOAT, value: 0.5 },
      visits: { type: ValueType.INT64, value: -(2 ** 40) },
      level: { type: ValueType.INT32, value: -(2 ** 31) },
      last_seen: { type: ValueType.UNIX_TIMESTAMP, value: 1_772_359_200 },
      badge: null,
    } as const;
    expect(await write(profileBatch(902, profile, LATER))).toEqual({ written: 1, skipped: 0 });
    const features = Object.keys(profile).map((feature) => `customer_profile:${feature}`);
    const columns = await readBoth('customer_profile', { features, entities: { customer_id: [902] } });
    expect(Object.fromEntries([...columns].map(([name, { values }]) => [name, values[0]]))).toEqual({
      customer_id: 902,
      name: '李雷 "é"',
      vip: false,
      credit: 1e22,
      score: 0.5,
      visits: -(2 ** 40),
      level: -(2 ** 31),
      last_seen: 1_772_359_200,
      badge: null,
    });
  });
});

describe('rows that Feast writes after Salver', () => {
  it('are what Salver answers, unless what Salver wrote is newer', async () => {
    const ours: readonly PairRow[] = [
      { customer: 903, product: 'P-001', affinity: 0.1, bought: 1, micros: LATER },
      { customer: 903, product: 'P-002', affinity: 0.2, bought: 2, micros: LATER },
      { customer: 903, product: 'P-003', affinity: 0.3, bought: 3, micros: LATER },
    ];
    expect(await write(pairBatch(ours))).toEqual({ written: 3, skipped: 0 });
    const [newer, older, same] = ours as [PairRow, PairRow, PairRow];
    const theirs: readonly PairRow[] = [
      { ...newer, affinity: 1.5, bought: 11, micros: LATER + 1 },
      { ...older, affinity: 2.5, bought: 12, micros: LATER - 1 },
      { ...same, affinity: 3.5, bought: 13 },
      { customer: 904, product: '', affinity: 4.5, bought: 14, micros: LATER },
    ];
    await writeThroughFeast(theirs);
    expect(await readPairs(theirs)).toEqual([theirs[0], older, same, theirs[3]]);
  });
});

async function write(batch: WriteBatch): Promise<WriteOutcome> {
  return writer.write(batch, Deadline.after(WRITE_LIMIT_MS));
}

async function writeThroughFeast(rows: readonly PairRow[]): Promise<void> {
  const df = {
    customer_id: rows.map(({ customer }) => customer),
    product_code: rows.map(({ product }) => product),
    event_timestamp: rows.map(({ micros }) => timeText(micros)),
    affinity: rows.map(({ affinity }) => affinity),
    bought: rows.map(({ bought }) => bought),
  };
  const answer = await send(feast.baseUrl, {
    method: 'POST',
    path: '/write-to-online-store',
    headers: { 'content-type': 'application/json' },
    body_text: JSON.stringify({ feature_view_name: 'customer_product', df }),
  });
  expect(answer).toMatchObject({ status: 200, text: 'null' });
}

/** Rows that the repo was loaded with. */
async function loadedPairs(count: 5): Promise<readonly [PairRow, PairRow, PairRow, PairRow, PairRow]> {
  const products = Array.from({ length: 20 }, (_, number) => `P-${String(number).padStart(3, '0')}`);
  const rows = await readPairs(products.map((product) => ({ customer: 1, product })));
  const loaded = rows.filter(({ micros }) => micros !== 0).slice(0, count);
  expect(loaded).toHaveLength(count);
  return loaded as [PairRow, PairRow, PairRow, PairRow, PairRow];
}

/** What both servers answer. */
async function readPairs(pairs: readonly Pair[]): Promise<readonly PairRow[]> {
  const columns = await readBoth('customer_product', {
    features: ['customer_product:affinity', 'customer_product:bought'],
    entities: {
      customer_id: pairs.map(({ customer }) => customer),
      product_code: pairs.map(({ product }) => product),
    },
  });
  const affinity = columns.get('affinity');
  const bought = columns.get('bought');
  return pairs.map(({ customer, product }, row) => ({
    customer,
    product,
    affinity: affinity?.values[row] as number | null,
    bought: bought?.values[row] as number | null,
    micros: timeMicros(affinity?.event_timestamps[row] ?? NEVER),
  }));
}

interface AnswerColumn {
  readonly values: readonly unknown[];
  readonly event_timestamps: readonly string[];
}

/** Feast's answer by column, when Salver's is the same. */
async function readBoth(view: string, request: unknown): Promise<ReadonlyMap<string, AnswerColumn>> {
  const body = JSON.stringify(request);
  const [wanted, got] = await Promise.all([
    send(feast.baseUrl, readRequest(body)),
    send(salver.baseUrl, readRequest(body)),
  ]);
  expect(wanted.status).toBe(200);
  const views = repo.shape.views.filter(({ name }) => name === view);
  expect(answerProblem({ body, views }, wanted, got)).toBeUndefined();
  const { metadata, results } = JSON.parse(wanted.text) as {
    metadata: { feature_names: string[] };
    results: AnswerColumn[];
  };
  return new Map(metadata.feature_names.map((name, index) => [name, results[index] as AnswerColumn]));
}

/** Microseconds of a time in UTC, as in `2026-03-01T10:00:00.123456Z`. */
function timeMicros(text: string): number {
  const [second = '', fraction = ''] = text.slice(0, -1).split('.');
  return Date.parse(`${second}Z`) * 1000 + Number(fraction.padEnd(6, '0'));
}

function timeText(micros: number): string {
  const second = new Date(Math.floor(micros / SECOND) * 1000).toISOString().slice(0, 19);
  return `${second}.${String(micros % SECOND).padStart(6, '0')}Z`;
}
