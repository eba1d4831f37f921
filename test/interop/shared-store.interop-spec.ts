import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeRegistry } from '../../src/modules/registry/registry.codec.ts';
import { feastEnv, feastVenv } from '../support/feast-venv.ts';
import { runSeed, SeededRandom } from '../support/random.ts';
import type { RunningServer } from '../support/server-process.ts';
import { CHECKOUT, startFeast, startSalver } from '../support/servers.ts';

const RECORDED = join(CHECKOUT, 'test/fixtures/conformance/repos/drivers-sqlite');
const VIEW = 'driver_hourly_stats_fresh';
const PUSHES = 40;
const CLIENTS = 4;
const CLI_LIMIT_MS = 120_000;
const run = promisify(execFile);
const seed = runSeed();

/** A value of each column that tells which push it came from. */
interface Row {
  readonly id: number;
  readonly minute: number;
}

let folder: string;
let repo: string;
let feast: RunningServer;
let salver: RunningServer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salver-shared-store-'));
  repo = join(folder, 'repo');
  cpSync(RECORDED, repo, { recursive: true });
  [feast, salver] = await Promise.all([
    startFeast(feastVenv().feast, { repo, logFile: join(folder, 'feast.log') }),
    startSalver({ repo, logFile: join(folder, 'salver.log'), args: ['--workers', '2'] }),
  ]);
});
afterAll(async () => {
  await Promise.all([feast.stop(), salver.stop()]);
  rmSync(folder, { recursive: true });
});

describe(`Feast and Salver on one SQLite store (seed ${seed})`, () => {
  it('push at once: each row is whole, and of what Salver writes the newest stays', async () => {
    const random = new SeededRandom(seed);
    const rows = (first: number): Row[] =>
      Array.from({ length: PUSHES }, () => ({
        id: first + random.integer(0, 4),
        minute: random.integer(0, 5000),
      }));
    const [byFeast, bySalver, sharedByFeast, sharedBySalver] = [rows(100), rows(200), rows(300), rows(300)];
    // Feast's threads cannot push at once into SQLite, so its pushes come one after the other.
    const feastRows = byFeast.flatMap((row, index) => [row, sharedByFeast[index]!]);
    const salverRows = bySalver.flatMap((row, index) => [row, sharedBySalver[index]!]);
    const statuses = await Promise.all([
      pushAll(feast, feastRows),
      ...Array.from({ length: CLIENTS }, (_, client) =>
        pushAll(
          salver,
          salverRows.filter((_row, index) => index % CLIENTS === client),
        ),
      ),
    ]);
    expect(new Set(statuses.flat())).toEqual(new Set([200]));
    const found = await read([...new Set([...feastRows, ...salverRows].map(({ id }) => id))]);
    const minutesOf = (id: number, ...all: (readonly Row[])[]) =>
      all.flatMap((some) => some.filter((row) => row.id === id).map((row) => row.minute));
    /** Of Feast's own rows the last, of Salver's the newest, and of the shared ones any whole row. */
    const possible = (id: number): readonly (number | undefined)[] => {
      if (id < 200) return [minutesOf(id, byFeast).at(-1)];
      return id < 300 ? [Math.max(...minutesOf(id, bySalver))] : minutesOf(id, sharedByFeast, sharedBySalver);
    };
    for (const [id, minute] of found) expect(possible(id), `driver ${id}`).toContain(minute);
    // Whatever Feast left of the shared rows: a newer one wins, and an older one after it does not.
    expect(await pushAll(salver, [{ id: 300, minute: 9000 }])).toEqual([200]);
    expect(await pushAll(salver, [{ id: 300, minute: 8000 }])).toEqual([200]);
    expect(await read([300])).toEqual(new Map([[300, 9000]]));
    expect(integrity()).toBe('ok');
  });

  it('load views and record what they loaded, in turn and at once', async () => {
    const feastLoads = (day: number) =>
      run(feastVenv().feast, ['materialize', at(day), at(day + 1), '-v', 'mapped_stats'], {
        cwd: repo,
        env: feastEnv(),
        timeout: CLI_LIMIT_MS,
      });
    const salverLoads = async (day: number) => {
      const body = { start_ts: at(day), end_ts: at(day + 1), feature_views: ['incremental_stats'] };
      const { status } = await post(salver, '/materialize', body);
      expect(status).toBe(200);
    };
    const intervals = (view: string) =>
      decodeRegistry(readFileSync(join(repo, 'data/registry.db')), 'drivers')
        .featureViews.get(view)!
        .materializationIntervals.map(({ startMicros }) =>
          new Date(startMicros / 1000).toISOString().slice(0, 10),
        );
    const before = { mapped: intervals('mapped_stats'), incremental: intervals('incremental_stats') };
    await salverLoads(1);
    await feastLoads(2);
    await salverLoads(3);
    expect(intervals('mapped_stats')).toEqual([...before.mapped, '2026-01-02']);
    expect(intervals('incremental_stats')).toEqual([...before.incremental, '2026-01-01', '2026-01-03']);
    await Promise.all([feastLoads(8), ...[8, 9, 10].map(salverLoads)]);
    // Feast writes back what it read when it began: what was recorded meanwhile may be gone, what was loaded is not.
    expect(intervals('mapped_stats')).toEqual([...before.mapped, '2026-01-02', '2026-01-08']);
    expect(intervals('incremental_stats')).toEqual(
      expect.arrayContaining([...before.incremental, '2026-01-01', '2026-01-03']),
    );
    const asked = { features: ['incremental_stats:counter'], entities: { driver_id: [1, 2, 3] } };
    const answer = await post(salver, '/get-online-features', asked);
    expect((JSON.parse(answer.text) as ReadAnswer).results[1]?.values).toEqual([13, 23, 33]);
    expect(integrity()).toBe('ok');
  });
});

const at = (day: number) => `2026-01-${String(day).padStart(2, '0')}T00:00:00`;

interface ReadAnswer {
  readonly results: readonly { readonly values: readonly (number | null)[] }[];
  readonly metadata: { readonly feature_names: readonly string[] };
}

async function pushAll(server: RunningServer, rows: readonly Row[]): Promise<number[]> {
  const statuses: number[] = [];
  for (const { id, minute } of rows) {
    const time = new Date(Date.UTC(2026, 1, 1, 0, minute)).toISOString().replace('.000Z', 'Z');
    const df = {
      driver_id: [id],
      event_timestamp: [time],
      created: [time],
      conv_rate: [minute / 4],
      acc_rate: [minute / 8],
      avg_daily_trips: [minute],
    };
    statuses.push((await post(server, '/push', { push_source_name: 'driver_stats_push_source', df })).status);
  }
  return statuses;
}

/** The minute of the row of each driver, of which all columns must be of one push. */
async function read(ids: readonly number[]): Promise<Map<number, number | null>> {
  const features = ['avg_daily_trips', 'conv_rate', 'acc_rate'].map((name) => `${VIEW}:${name}`);
  const { text } = await post(salver, '/get-online-features', { features, entities: { driver_id: ids } });
  const { results } = JSON.parse(text) as ReadAnswer;
  const [, minutes = [], conv = [], acc = []] = results.map(({ values }) => values);
  expect(conv.map((value) => value! * 4)).toEqual(minutes);
  expect(acc.map((value) => value! * 8)).toEqual(minutes);
  return new Map(ids.map((id, index) => [id, minutes[index]!]));
}

async function post(
  { baseUrl }: RunningServer,
  path: string,
  body: object,
): Promise<{ status: number; text: string }> {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${baseUrl}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: answer.status, text: await answer.text() };
}

function integrity(): unknown {
  const database = new DatabaseSync(join(repo, 'data/online_store.db'), { readOnly: true });
  try {
    return database.prepare('PRAGMA integrity_check').get()?.['integrity_check'];
  } finally {
    database.close();
  }
}
