import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { dumpedCells, MaterializeRepo, type StoredCell } from './support/materialize-repo.js';
import { RedisServer } from './support/redis-server.js';
import { SALVER } from './support/servers.js';

/** Feast passes integers beside a null through doubles; this is what the source holds. */
const LOST_DIGIT = { text: '9007199254740992', value: '208080808080808010' };
const RIGHT_DIGIT = { text: '9007199254740993', value: '208180808080808010' };
const WHOLE = ['2025-12-01', '2026-02-01'] as const;

let repo: MaterializeRepo;

beforeEach(() => {
  repo = new MaterializeRepo('drivers-sqlite');
  repo.emptyOnlineStore();
});
afterEach(() => repo[Symbol.dispose]());

function viewFlags(views: readonly string[]): string[] {
  return views.flatMap((view) => ['-v', view]);
}

function intervalEnds(view: string): string[] {
  return repo
    .registered(view)
    .materializationIntervals.map(({ startMicros, endMicros }) =>
      [startMicros, endMicros].map((micros) => new Date(micros / 1000).toISOString()).join(' '),
    );
}

describe('salver materialize', () => {
  it('stores the rows that Feast stored', async () => {
    const dump = repo.read('dumps/online_store.sqlite.json');
    for (const { start, end, feature_views: views } of repo.runs) {
      const ended = await repo.run('materialize', start, end, ...viewFlags(views));
      expect(ended).toMatchObject({
        code: 0,
        output: expect.stringContaining(`${views.length} of ${views.length}`),
      });
    }
    const views = repo.runs.flatMap((run) => run.feature_views);
    const ours = new Map(views.map((view) => [view, repo.cells(view)]));
    const theirs = views.map((view) => [view, dumpedCells(dump, view).map(withRightDigit)] as const);
    expect(ours).toEqual(new Map(theirs));
    expect(views.map((view) => repo.cells(view).length).reduce((sum, count) => sum + count)).toBe(170);
  });

  it('tells what it does, as Feast does, and what came of it', async () => {
    const { code, output } = await repo.run(
      'materialize',
      '2026-01-01T00:00:00',
      '2026-01-31T00:00:00',
      '-v',
      'location_stats',
    );
    expect(code).toBe(0);
    const range = 'from 2026-01-01 00:00:00+00:00 to 2026-01-31 00:00:00+00:00';
    expect(output.replace(/in \d+\.\d s/, 'in N s')).toBe(
      `Materializing 1 feature view ${range} into the sqlite online store.\n\n` +
        `location_stats: 4 rows stored, of 4 read, in N s\n\n` +
        '1 of 1 feature view loaded, 4 rows stored\n',
    );
    expect(intervalEnds('location_stats')).toEqual([
      '2025-12-01T00:00:00.000Z 2026-01-31T00:00:00.000Z',
      '2026-01-01T00:00:00.000Z 2026-01-31T00:00:00.000Z',
    ]);
    expect(repo.registered('location_stats').state).toBe('AVAILABLE_ONLINE');
  });

  it('does not let older rows replace newer ones', async () => {
    await repo.run('materialize', '2026-01-08', '2026-01-12', '-v', 'incremental_stats');
    const newest = repo.cells('incremental_stats');
    const { code, output } = await repo.run(
      'materialize',
      '2026-01-08',
      '2026-01-10',
      '-v',
      'incremental_stats',
    );
    expect(output).toContain('0 rows stored, 3 kept out by newer ones, of 9 read');
    expect(code).toBe(0);
    expect(repo.cells('incremental_stats')).toEqual(newest);
  });

  it('loads every view that is served, and tells of the one that cannot be', async () => {
    const { code, output } = await repo.run('materialize', '1999-01-01', '2201-01-01');
    expect(code).toBe(1);
    expect(output).toContain('Materializing 17 feature views');
    expect(output).toMatch(/^broken_stats: failed: .*broken\.parquet/m);
    expect(output).toMatch(/16 of 17 feature views loaded, .*; failed: broken_stats\n$/);
    expect(output).not.toMatch(/\n\s+at /);
    expect(intervalEnds('broken_stats')).toEqual([]);
    expect(repo.countCells('never_materialized_stats')).toBe(1);
    expect(repo.registered('stuck_stats')).toMatchObject({ state: 'AVAILABLE_ONLINE' });
  });

  it('takes all rows with --disable-event-timestamp, and keeps their times', async () => {
    const before = Date.now();
    const { code } = await repo.run('materialize', '--disable-event-timestamp', '-v', 'location_stats');
    expect(code).toBe(0);
    expect(repo.cells('location_stats')[0]?.eventTime).toBe(Date.UTC(2026, 0, 7) / 1000);
    const recorded = repo.registered('location_stats').materializationIntervals.at(-1);
    expect(recorded?.startMicros).toBe(0);
    expect(recorded?.endMicros).toBeGreaterThanOrEqual(before * 1000);
  });

  it('prints nothing but the result with --output json', async () => {
    const args = [
      '-c',
      repo.path,
      'materialize',
      ...WHOLE,
      '-v',
      'location_stats',
      '-v',
      'broken_stats',
      '--output',
      'json',
    ];
    const failed = await promisify(execFile)(SALVER, args).catch(
      (error: unknown) => error as { stdout: string },
    );
    const result = JSON.parse(failed.stdout) as { feature_views: unknown[] };
    expect(result.feature_views).toEqual([
      expect.objectContaining({
        name: 'location_stats',
        status: 'loaded',
        rows_read: 4,
        rows_written: 4,
        reason: null,
      }),
      expect.objectContaining({ name: 'broken_stats', status: 'failed', rows_written: 0 }),
    ]);
  });

  it('makes the vectors of feature services anew', async () => {
    await repo.changeRegistry(({ featureServices }) => {
      featureServices.find(({ spec }) => spec?.name === 'two_entities')!.spec!.precomputeOnline = true;
    });
    const vectors = '__precomputed__two_entities';
    const made = await repo.run('materialize', ...WHOLE, '-v', 'driver_hourly_stats');
    expect(made).toMatchObject({ code: 0, output: expect.not.stringContaining('warning') });
    const [, count] = /feature service two_entities: (\d+) vectors? made anew/.exec(made.output) ?? [];
    expect(Number(count)).toBeGreaterThan(0);
    expect(repo.countCells(vectors)).toBe(Number(count));
    const other = await repo.run('materialize', ...WHOLE, '-v', 'location_stats');
    expect(other.output).not.toContain('two_entities');
  });

  it('writes the rows of the current version, or of the one that is named, where versions have their own', async () => {
    repo.configure(
      'registry:\n  path: data/registry.db\n  enable_online_feature_view_versioning: true\n',
      'registry: data/registry.db\n',
    );
    await repo.changeRegistry(({ featureViews }) => {
      featureViews.find(({ spec }) => spec?.name === 'location_stats')!.meta!.currentVersionNumber = 2;
    });
    expect(await repo.run('materialize', ...WHOLE, '-v', 'location_stats')).toMatchObject({ code: 0 });
    expect(repo.countCells('location_stats_v2')).toBe(8);
    expect(repo.countCells('location_stats')).toBe(0);
    const pinned = await repo.run('materialize', ...WHOLE, '-v', 'location_stats', '--version', 'v0');
    expect(pinned).toMatchObject({ code: 0 });
    expect(repo.countCells('location_stats')).toBe(8);
    expect(intervalEnds('location_stats')).toHaveLength(3);
  });

  it('refuses stored on-demand views that nothing here computes, and loads the others', async () => {
    using odfv = new MaterializeRepo('odfv-sqlite');
    const { code, output } = await odfv.run('materialize', '2000-01-01', '2030-01-01');
    expect(code).toBe(1);
    expect(output).toMatch(/stored_pandas: refused: .* is computed by a Python function/);
    expect(output).toMatch(/stored_python: refused: .* is computed by a Python function/);
    expect(output).toMatch(/[1-9]\d* of \d+ feature views loaded, .*; refused: /);
  });
});

describe('salver materialize-incremental', () => {
  it('goes on where the last run ended, and never backwards', async () => {
    const first = await repo.run(
      'materialize-incremental',
      '2026-02-15T00:00:00',
      '--views',
      'incremental_stats',
    );
    expect(first).toMatchObject({ code: 0 });
    expect(first.output).toContain(
      'Materializing 1 feature view to 2026-02-15 00:00:00+00:00 into the sqlite',
    );
    expect(first.output).toContain(
      'incremental_stats from 2026-01-09 00:00:00+00:00 to 2026-02-15 00:00:00+00:00: 3 rows stored, of 12 read',
    );
    const second = await repo.run('materialize-incremental', '2026-03-01', '--views', 'incremental_stats');
    expect(second.output).toContain(
      'from 2026-02-15 00:00:00+00:00 to 2026-03-01 00:00:00+00:00: 0 rows stored',
    );
    const recorded = intervalEnds('incremental_stats');
    expect(recorded.slice(-2)).toEqual([
      '2026-01-09T00:00:00.000Z 2026-02-15T00:00:00.000Z',
      '2026-02-15T00:00:00.000Z 2026-03-01T00:00:00.000Z',
    ]);
    const registry = repo.read('data/registry.db');
    const backwards = await repo.run('materialize-incremental', '2026-02-20', '--views', 'incremental_stats');
    expect(backwards).toMatchObject({
      code: 0,
      output: expect.stringContaining(
        'incremental_stats: nothing to do: its rows up to 2026-03-01 00:00:00+00:00',
      ),
    });
    expect(repo.read('data/registry.db')).toEqual(registry);
  });
});

describe('into Redis', () => {
  it('stores the hashes that Feast stored', async () => {
    await using redis = await RedisServer.start();
    using drivers = new MaterializeRepo('drivers-redis');
    drivers.configure(redis.connectionString(), '127.0.0.1:7379');
    for (const { start, end, feature_views: views } of drivers.runs) {
      const { code } = await drivers.run('materialize', start, end, ...viewFlags(views));
      expect(code).toBe(0);
    }
    const dump = JSON.parse(drivers.read('dumps/redis.v3.json').toString()) as RedisDump;
    const hex = (base64: string): string => Buffer.from(base64, 'base64').toString('hex');
    const theirs = dump.keys.map(({ key_base64: key, fields }) => [
      hex(key),
      Object.fromEntries(
        fields.map(({ field_base64: field, value_base64: value }) => [
          hex(field),
          hex(value).replace(LOST_DIGIT.value, RIGHT_DIGIT.value),
        ]),
      ),
    ]);
    const keys = await redis.client.keysBuffer('*');
    const ours = await Promise.all(keys.map(async (key) => [key.toString('hex'), await redis.hash(key)]));
    expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs));
  });
});

interface RedisDump {
  readonly keys: readonly {
    readonly key_base64: string;
    readonly fields: readonly { readonly field_base64: string; readonly value_base64: string }[];
  }[];
}

function withRightDigit(cell: StoredCell): StoredCell {
  return cell.value === LOST_DIGIT.value ? { ...cell, ...RIGHT_DIGIT } : cell;
}
