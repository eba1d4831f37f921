import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { loadFeatureStore } from '../support/load-feature-store.ts';
import { SalverSettings } from '../../src/common/config/server.config.ts';
import { Deadline } from '../../src/common/model/deadline.ts';
import type { WriteBatch } from '../../src/common/model/write-batch.ts';
import { createOnlineStoreTables } from '../../src/modules/online-store/online-store-tables-factory.ts';
import type { ViewTable } from '../../src/modules/online-store/online-store-tables.ts';
import { createOnlineStoreWriter } from '../../src/modules/online-store/online-store-writer-factory.ts';
import { feastVenv } from '../support/feast-venv.ts';
import { RedisServer } from '../support/redis-server.ts';
import { CHECKOUT } from '../support/servers.ts';
import { dumpTable } from '../support/sqlite-tables-dump.ts';
import { pythonScript, runPython } from './shop-repo.ts';

const RECORDED = join(CHECKOUT, 'test/fixtures/conformance/repos/alltypes-sqlite');
const PROJECT = 'alltypes';
const SECOND = 1_000_000;
const LIMIT_MS = 20_000;

/** A repo with a value of every type, which Feast has loaded: as it is, what Feast reads from it is the golden data. */
interface StoredView {
  readonly name: string;
  readonly features: readonly string[];
  readonly joinKeys: readonly string[];
  /** Feature to cell, by entity key in hexadecimal. */
  readonly rows: ReadonlyMap<string, ReadonlyMap<string, StoredCell>>;
}

interface StoredCell {
  readonly value: Uint8Array;
  readonly seconds: number;
}

/** What `read_store.py` prints of a view. */
interface ReadView {
  readonly rows: readonly ({ readonly time: string; readonly values: Record<string, string> } | null)[];
  readonly answer: Record<string, readonly string[]>;
}

let folder: string;
let redis: RedisServer;
let views: readonly StoredView[];
let golden: Record<string, ReadView>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salver-store-writes-'));
  redis = await RedisServer.start();
  const recorded = repoWith('recorded');
  views = storedViews(join(recorded, 'data/online_store.db'));
  golden = await readThroughFeast(recorded);
});
afterAll(async () => {
  await redis.stop();
  rmSync(folder, { recursive: true });
});

describe('what Salver writes', () => {
  it('into a new SQLite file is what Feast reads', async () => {
    const repo = repoWith('fresh');
    rmSync(join(repo, 'data/online_store.db'));
    await writeAll(repo, 0);
    expect(await readThroughFeast(repo)).toEqual(golden);
  });

  it('over what Feast wrote into SQLite is what Feast reads', async () => {
    const repo = repoWith('loaded');
    await writeAll(repo, 60);
    const found = await readThroughFeast(repo);
    expect(found).toEqual(shifted(golden, 60));
    // And nothing of it is older than what Feast had written.
    await writeAll(repo, -60);
    expect(await readThroughFeast(repo)).toEqual(found);
  });

  it('into Redis is what Feast reads', async () => {
    const repo = repoWith('redis', redis.connectionString());
    await writeAll(repo, 0);
    // Redis also has an unset value for each feature that was never written.
    expect(onlyCellsOf(golden, await readThroughFeast(repo))).toEqual(golden);
  });
});

describe('what Salver drops', () => {
  it('from Redis is what Feast drops', async () => {
    const keysAfter = async (drop: (repo: string) => Promise<unknown>): Promise<readonly string[]> => {
      await redis.client.flushall();
      const repo = repoWith('dropped', redis.connectionString());
      await writeAll(repo, 0);
      await drop(repo);
      const keys = (await redis.client.callBuffer('KEYS', '*')) as Buffer[];
      return keys.map((key) => key.toString('hex')).toSorted();
    };
    const dropped = ['by_int64', 'typed'];
    const byFeast = await keysAfter((repo) =>
      runPython(feastVenv(), ['-c', DROP_VIEWS, repo, ...dropped], 'UTC'),
    );
    const bySalver = await keysAfter(async (repo) => {
      const tables = createOnlineStoreTables(configOf(repo));
      const gone = views.filter(({ name }) => dropped.includes(name)).map(tableOf);
      await tables.drop(gone, Deadline.after(LIMIT_MS));
      await tables.close();
    });
    expect(bySalver.length).toBeGreaterThan(0);
    expect(bySalver).toEqual(byFeast);
  });
});

const DROP_VIEWS = `
import sys
from feast import FeatureStore
store = FeatureStore(repo_path=sys.argv[1])
gone = [store.get_feature_view(name) for name in sys.argv[2:]]
store._get_provider().online_store.update(store.config, gone, [], [], [], False)
`;

const configOf = (repo: string) => loadFeatureStore({ env: {}, cwd: repo, flags: {} });

const tableOf = ({ name, joinKeys, features }: StoredView): ViewTable => ({
  project: PROJECT,
  viewName: name,
  version: 0,
  joinKeys,
  features,
});

/** A copy of the recorded repo; with another online store, when `redisConnection` says so. */
function repoWith(name: string, redisConnection?: string): string {
  const repo = join(folder, name);
  rmSync(repo, { recursive: true, force: true });
  cpSync(RECORDED, repo, { recursive: true });
  if (redisConnection !== undefined) {
    const yaml = join(repo, 'feature_store.yaml');
    const store = `online_store:\n  type: redis\n  connection_string: ${redisConnection}\n`;
    writeFileSync(yaml, readFileSync(yaml, 'utf8').replace(/online_store:\n(  .*\n)+/, store));
  }
  return repo;
}

function storedViews(path: string): StoredView[] {
  const dump = JSON.parse(readFileSync(join(RECORDED, 'dumps/online_store.sqlite.json'), 'utf8')) as Record<
    string,
    { readonly rows?: readonly unknown[] }
  >;
  const filled = Object.entries(dump).filter(([, { rows = [] }]) => rows.length > 0);
  return filled.map(([table]) => {
    const { columns, rows } = dumpTable(path, table);
    const byKey = new Map<string, Map<string, StoredCell>>();
    for (const { cells } of rows) {
      const cell = (column: string) => cells[columns.indexOf(column)];
      const bytes = (column: string) => Buffer.from((cell(column) as { b64: string }).b64, 'base64');
      const key = bytes('entity_key').toString('hex');
      const row = byKey.get(key) ?? new Map<string, StoredCell>();
      byKey.set(key, row);
      row.set(String(cell('feature_name')), { value: bytes('value'), seconds: Number(cell('event_ts')) });
    }
    const features = [...new Set([...byKey.values()].flatMap((row) => [...row.keys()]))];
    return { name: table.slice(PROJECT.length + 1), features, joinKeys: joinKeysOf(byKey), rows: byKey };
  });
}

/** The keys of this repo have one join key each. */
function joinKeysOf(rows: ReadonlyMap<string, unknown>): string[] {
  const [hex = ''] = rows.keys();
  const key = Buffer.from(hex, 'hex');
  return [key.toString('utf8', 12, 12 + key.readUInt32LE(8))];
}

/** Makes the tables and writes all rows, so many seconds later than Feast did. */
async function writeAll(repo: string, laterSeconds: number): Promise<void> {
  const config = configOf(repo);
  const tables = createOnlineStoreTables(config);
  await tables.create(views.map(tableOf), Deadline.after(LIMIT_MS));
  await tables.close();
  const writer = createOnlineStoreWriter(config, new SalverSettings());
  for (const view of views) {
    for (const batch of batchesOf(view, laterSeconds)) await writer.write(batch, Deadline.after(LIMIT_MS));
  }
  await writer.close();
}

/** A batch for each key: rows have features of their own here. */
function batchesOf({ name, rows }: StoredView, laterSeconds: number): WriteBatch[] {
  return [...rows].map(([key, cells]) => {
    const [first] = cells.values();
    return {
      project: PROJECT,
      viewName: name,
      version: 0,
      features: [...cells.keys()],
      keys: [Buffer.from(key, 'hex')],
      values: [...cells.values()].map(({ value }) => [value]),
      eventTimesMicros: [((first?.seconds ?? 0) + laterSeconds) * SECOND],
      createdTimesMicros: undefined,
      policy: 'newest',
    };
  });
}

async function readThroughFeast(repo: string): Promise<Record<string, ReadView>> {
  const keys = Object.fromEntries(views.map(({ name, rows }) => [name, [...rows.keys()]]));
  const printed = await runPython(
    feastVenv(),
    [pythonScript('read_store.py'), repo],
    'UTC',
    JSON.stringify(keys),
  );
  return JSON.parse(printed.trim().split('\n').at(-1) ?? '') as Record<string, ReadView>;
}

function shifted(read: Record<string, ReadView>, seconds: number): Record<string, ReadView> {
  const later = (time: string) => {
    const moved = new Date(Date.parse(time) + seconds * 1000);
    return moved.toISOString().replace('.000Z', '+00:00');
  };
  return Object.fromEntries(
    Object.entries(read).map(([name, { rows, answer }]) => [
      name,
      { answer, rows: rows.map((row) => row && { ...row, time: later(row.time) }) },
    ]),
  );
}

/** What was found, without the cells that `known` does not have. */
function onlyCellsOf(
  known: Record<string, ReadView>,
  found: Record<string, ReadView>,
): Record<string, ReadView> {
  return Object.fromEntries(
    Object.entries(found).map(([name, { rows, answer }]) => [
      name,
      {
        answer,
        rows: rows.map((row, index) => {
          const names = Object.keys(known[name]?.rows[index]?.values ?? {});
          const values = names.map((feature) => [feature, row?.values[feature]] as const);
          return row && { ...row, values: Object.fromEntries(values) as Record<string, string> };
        }),
      },
    ]),
  );
}
