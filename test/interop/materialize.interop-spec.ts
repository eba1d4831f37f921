import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';

import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { FeatureView } from '../../src/common/model/feature-view.ts';
import { decodeRegistry } from '../../src/modules/registry/registry.codec.ts';
import { feastEnv } from '../support/feast-venv.ts';
import { runSeed } from '../support/random.ts';
import { RedisServer } from '../support/redis-server.ts';
import { salver } from '../support/salver-process.ts';
import { startFeast } from '../support/servers.ts';
import { compareAnswers } from './answer-campaign.ts';
import { ShopRepo } from './shop-repo.ts';

const LIMIT_MS = 120_000;
const REQUESTS = 60;
/** The ranges in which `make_repo.py` loads the shop through Feast. */
const LOADS = [
  ['2026-03-01', '2026-03-06'],
  ['2026-03-06', '2026-03-21'],
] as const;
const run = promisify(execFile);
const seed = runSeed();

/** The views that `make_repo.py` loads. */
function loadedViews({ shape }: ShopRepo): string[] {
  return shape.views.map(({ name }) => name).filter((name) => name !== 'never_loaded');
}

function registered(folder: string, view: string): FeatureView {
  return decodeRegistry(readFileSync(join(folder, 'data/registry.db')), 'shop').featureViews.get(view)!;
}

function withDatabase<T>(folder: string, work: (database: DatabaseSync) => T): T {
  const database = new DatabaseSync(join(folder, 'data/online_store.db'));
  try {
    return work(database);
  } finally {
    database.close();
  }
}

/** Every cell of a SQLite store with all columns, by view and feature. */
function storedRows(folder: string, views: readonly string[]): ReadonlyMap<string, readonly unknown[]> {
  return withDatabase(folder, (database) => {
    const rowsOf = (view: string) =>
      database
        .prepare(
          `SELECT hex(entity_key) AS key, feature_name, hex(value) AS value, value_text, vector_value, event_ts,
             created_ts FROM "shop_${view}" ORDER BY entity_key, feature_name`,
        )
        .all()
        .map((row) => ({ view, ...row }) as { readonly view: string; readonly feature_name: string });
    return Map.groupBy(views.flatMap(rowsOf), ({ view, feature_name: feature }) => `${view}:${feature}`);
  });
}

async function storedHashes({ client }: RedisServer, server: RedisServer): Promise<Record<string, unknown>> {
  const keys = await client.keysBuffer('*');
  const entries = await Promise.all(keys.map(async (key) => [key.toString('hex'), await server.hash(key)]));
  return Object.fromEntries(entries) as Record<string, unknown>;
}

/** The repo without what is in its online store. */
function copyOf(repo: ShopRepo): string {
  const folder = join(mkdtempSync(join(tmpdir(), 'salver-interop-copy-')), 'shop');
  cpSync(repo.path, folder, { recursive: true });
  return folder;
}

async function materialize(folder: string, timeZone: string, ...args: readonly string[]): Promise<string> {
  const { code, output } = await salver(['-c', folder, ...args], { env: { TZ: timeZone } });
  if (code !== 0) throw new Error(output);
  return output;
}

async function loadAsFeast(folder: string, repo: ShopRepo, timeZone: string): Promise<void> {
  const views = loadedViews(repo).flatMap((view) => ['-v', view]);
  for (const [start, end] of LOADS) await materialize(folder, timeZone, 'materialize', start, end, ...views);
}

/** What both have recorded: Feast once, and in the copy Salver the same again. */
function expectSameIntervals(folder: string, repo: ShopRepo): void {
  for (const view of loadedViews(repo)) {
    const feast = registered(repo.path, view).materializationIntervals;
    expect(feast).toHaveLength(LOADS.length);
    expect(registered(folder, view)).toMatchObject({
      materializationIntervals: [...feast, ...feast],
      state: 'AVAILABLE_ONLINE',
    });
  }
}

/** A copy that Salver has loaded as Feast loaded the repo. */
async function loadedCopy(repo: ShopRepo, timeZone: string): Promise<string> {
  const folder = copyOf(repo);
  withDatabase(folder, (database) => {
    for (const view of loadedViews(repo)) database.exec(`DELETE FROM "shop_${view}"`);
  });
  await loadAsFeast(folder, repo, timeZone);
  return folder;
}

describe('a shop in SQLite', () => {
  let repo: ShopRepo;
  let folder: string;

  beforeAll(async () => {
    repo = await ShopRepo.make({ keyVersion: 3, timeZone: 'UTC' });
    folder = await loadedCopy(repo, 'UTC');
  });
  afterAll(async () => {
    rmSync(join(folder, '..'), { recursive: true, force: true });
    await repo[Symbol.asyncDispose]();
  });

  it('has the rows and the intervals that Feast makes', () => {
    const views = loadedViews(repo);
    const theirs = storedRows(repo.path, views);
    expect(theirs.size).toBeGreaterThan(20);
    expect(storedRows(folder, views)).toEqual(theirs);
    expectSameIntervals(folder, repo);
  });

  it(`is read by Feast as its own (seed ${seed})`, async () => {
    const feast = await repo.startFeast();
    const logFile = join(folder, '..', 'feast-on-ours.log');
    const ours = await startFeast(repo.venv.feast, { repo: folder, logFile, env: { TZ: 'UTC' } });
    try {
      const campaign = { feast, salver: ours, shape: repo.shape, seed, requests: REQUESTS };
      const { problems, statuses } = await compareAnswers(campaign);
      // A request that Feast answers with 500 is one that Salver owes 4xx: here both are Feast.
      expect(problems.filter((problem) => !problem.includes('Feast 500'))).toEqual([]);
      expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 3);
    } finally {
      await ours.stop();
    }
  });
});

describe('a shop of key version 2 in New York', () => {
  it('has the rows that Feast makes, but for lists of times, which Feast shifts by the zone', async () => {
    await using repo = await ShopRepo.make({ keyVersion: 2, timeZone: 'America/New_York' });
    const folder = await loadedCopy(repo, 'America/New_York');
    const theirs = new Map(storedRows(repo.path, loadedViews(repo)));
    const ours = new Map(storedRows(folder, loadedViews(repo)));
    rmSync(join(folder, '..'), { recursive: true, force: true });
    for (const rows of [theirs, ours]) rows.delete('customer_history:seen_at');
    expect(theirs.size).toBeGreaterThan(20);
    expect(ours).toEqual(theirs);
  });
});

describe('a shop in Redis', () => {
  it('has the hashes and the intervals that Feast makes', async () => {
    await using started = new AsyncDisposableStack();
    const theirs = started.use(await RedisServer.start());
    const ours = started.use(await RedisServer.start());
    const options = { keyVersion: 3, timeZone: 'UTC', redis: theirs.connectionString() } as const;
    const repo = started.use(await ShopRepo.make(options));
    const folder = copyOf(repo);
    started.defer(() => rmSync(join(folder, '..'), { recursive: true, force: true }));
    const yaml = join(folder, 'feature_store.yaml');
    const text = readFileSync(yaml, 'utf8');
    writeFileSync(yaml, text.replace(theirs.connectionString(), ours.connectionString()));
    await loadAsFeast(folder, repo, 'UTC');
    const hashes = await storedHashes(ours, ours);
    expect(Object.keys(hashes).length).toBeGreaterThan(100);
    expect(hashes).toEqual(await storedHashes(theirs, theirs));
    expectSameIntervals(folder, repo);
  });
});

describe('runs of Feast and of Salver on the same files', () => {
  let repo: ShopRepo;

  beforeAll(async () => {
    repo = await ShopRepo.make({ keyVersion: 3, timeZone: 'UTC' });
    await makeLaterProducts(repo.path);
  });
  afterAll(async () => repo[Symbol.asyncDispose]());

  const feastRun = async (end: string): Promise<unknown> =>
    run(repo.venv.feast, ['materialize-incremental', end, '-v', 'product_stats'], {
      cwd: repo.path,
      env: feastEnv(),
      timeout: LIMIT_MS,
    });
  const salverRun = async (end: string): Promise<string> =>
    materialize(repo.path, 'UTC', 'materialize-incremental', end, '-v', 'product_stats');
  const labels = (): unknown[] =>
    withDatabase(repo.path, (database) =>
      database
        .prepare(
          `SELECT value_text AS label FROM shop_product_stats WHERE feature_name = 'label' AND value_text LIKE 'day %'
           ORDER BY label`,
        )
        .all()
        .map(({ label }) => label),
    );

  it('go on where the other ended', async () => {
    const output = await salverRun('2026-03-22T00:00:00');
    expect(output).toContain(
      'product_stats from 2026-03-21 00:00:00+00:00 to 2026-03-22 00:00:00+00:00: 1 row stored',
    );
    await feastRun('2026-03-23T00:00:00');
    await salverRun('2026-03-24T00:00:00');
    await feastRun('2026-03-25T00:00:00');
    // Of each day one product; of the product that has a row every day, the newest.
    expect(labels()).toEqual(['day 24']);
    const intervals = registered(repo.path, 'product_stats').materializationIntervals.slice(-4);
    const days = intervals.map(({ startMicros, endMicros }) =>
      [startMicros, endMicros].map((micros) => new Date(micros / 1000).toISOString().slice(8, 10)),
    );
    expect(days).toEqual([
      ['21', '22'],
      ['22', '23'],
      ['23', '24'],
      ['24', '25'],
    ]);
  });
});

/** One product, with a row at noon of each day from the 21st to the 24th of March. */
async function makeLaterProducts(folder: string): Promise<void> {
  const instance = await DuckDBInstance.create();
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT 'P-001' AS product_code, TIMESTAMPTZ '2026-03-21 12:00:00+00' + INTERVAL (day) DAY AS event_timestamp,
                  day * 1.5::DOUBLE AS price, day::INTEGER AS stock, 'day ' || (21 + day) AS label
           FROM range(4) days(day))
     TO '${join(folder, 'data/product_stats.parquet')}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
}
