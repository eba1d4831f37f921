import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  DAY_MICROS,
  driverKeys,
  feastRows,
  feastVectors,
  fillRedis,
  redisPorts,
  snapshot,
  sqlitePorts,
  T1,
  tripsBatch,
  tripsHex,
  tripsIn,
  vectorsOf,
  withoutBuildTime,
} from '../../../../test/support/precomputed-fleet.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { compileEntityKey } from '../../../common/codec/entity-key.codec.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { ValueType } from '../../../common/model/value.js';
import { PrecomputedRefresh, type RefreshPorts } from './precomputed-refresh.js';
import { decodePrecomputedVector } from './precomputed-vector.codec.js';

const VERSIONING = { online: false, servicesReadCurrent: false };
const limits = { deadline: () => Deadline.after(20_000) };

let server: RedisServer;
beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(async () => {
  await server.client.flushall();
  await fillRedis(server);
});
afterAll(() => server.stop());

describe('on Redis', () => {
  it('stores the bytes that Feast stores, under its names', async () => {
    const refresh = new PrecomputedRefresh(redisPorts(server), VERSIONING);
    const before = Date.now() * 1000;
    const written = ['stats', 'vectors', 'fleet_wide'].map((viewName) => ({
      viewName,
      keys: 'all' as const,
    }));
    const results = await refresh.refresh(snapshot, written, limits);
    const told = results.map(({ name, vectors, failure }) => [name, vectors, failure] as const);
    expect(told.toSorted(([a], [b]) => (a < b ? -1 : 1))).toEqual([
      ['both', 4, undefined],
      ['global', 0, undefined],
      ['mixed', 4, undefined],
      ['renamed', 4, undefined],
    ]);
    let compared = 0;
    for (const [key, vectors] of Object.entries(feastVectors)) {
      const hash = await server.hash(Buffer.from(key, 'hex'));
      expect(Object.keys(hash).toSorted()).toEqual(
        [...Object.keys(feastRows[key]!), ...Object.keys(vectors)].toSorted(),
      );
      for (const [field, value] of Object.entries(vectors)) {
        if (field.startsWith('5f74733a')) continue;
        const feast = Buffer.from(value, 'hex');
        const ours = Buffer.from(hash[field]!, 'hex');
        const contentOf = (stored: Buffer) => withoutBuildTime(stored).toString('hex');
        expect(contentOf(ours)).toBe(contentOf(feast));
        expect(decodePrecomputedVector(ours)!.builtAtMicros).toBeGreaterThanOrEqual(before);
        compared++;
      }
    }
    expect(compared).toBe(12);
  });

  it('makes those of the written rows anew, and no others', async () => {
    const ports = redisPorts(server);
    const refresh = new PrecomputedRefresh(ports, VERSIONING);
    await refresh.refresh(snapshot, [{ viewName: 'stats', keys: 'all' }], limits);
    const old = await vectorsOf(ports, 'both', [1, 2, 3, 4]);
    await ports.writer.write(tripsBatch([2, 3], 77, T1 + DAY_MICROS), Deadline.after(5000));
    const keys = driverKeys([2, 3, 2]);
    const results = await refresh.refresh(snapshot, [{ viewName: 'stats', keys }], limits);
    expect(results.map(({ name, vectors }) => [name, vectors])).toContainEqual(['both', 2]);
    const now = await vectorsOf(ports, 'both', [1, 2, 3, 4]);
    expect(now.map(tripsIn)).toEqual([tripsHex(10), tripsHex(77), tripsHex(77), '']);
    expect([now[0], now[3]]).toEqual([old[0], old[3]]);
    expect(now[1]!.eventTimesMicros.get('stats')).toBe(T1 + DAY_MICROS);
  });

  it('has nothing to do for rows whose keys no vector lies under', async () => {
    const refresh = new PrecomputedRefresh(redisPorts(server), VERSIONING);
    const zones = compileEntityKey(['zone'], 3).encode([{ type: ValueType.STRING, values: ['a'] }], [0]);
    const results = await refresh.refresh(snapshot, [{ viewName: 'zones', keys: zones }], limits);
    expect(results).toMatchObject([{ name: 'mixed', vectors: 0, failure: undefined }]);
  });
});

describe('on SQLite', () => {
  it('finds the entities of all views with the keys of the vectors, in steps', async () => {
    const ports = sqlitePorts();
    const ids = Array.from({ length: 2345 }, (_, id) => id);
    await ports.writer.write(tripsBatch(ids, 5), Deadline.after(20_000));
    await ports.writer.write(
      { ...tripsBatch([1, 5000], 1), viewName: 'vectors', features: ['vec', 'seen', 'raw'] },
      Deadline.after(5000),
    );
    const refresh = new PrecomputedRefresh(ports, VERSIONING);
    const results = await refresh.refresh(snapshot, [{ viewName: 'stats', keys: 'all' }], limits);
    const both = results.find(({ name }) => name === 'both');
    expect(both).toMatchObject({ vectors: 2346, failure: undefined });
    const [known, absent] = await vectorsOf(ports, 'both', [2344, 5000]);
    expect(tripsIn(known)).toBe(tripsHex(5));
    expect([...known!.eventTimesMicros.keys()]).toEqual(['stats']);
    // A view without a row has no time where its absence can be told.
    expect(tripsIn(absent)).toBe('');
    expect([...absent!.eventTimesMicros.keys()]).toEqual(['vectors']);
  });

  it('tells of a view that has no table', async () => {
    const ports = sqlitePorts();
    await ports.writer.write(tripsBatch([1], 5), Deadline.after(5000));
    const refresh = new PrecomputedRefresh(ports, VERSIONING);
    const results = await refresh.refresh(snapshot, [{ viewName: 'stats', keys: driverKeys([1]) }], limits);
    expect(results.find(({ name }) => name === 'both')?.failure).toContain(
      'feature view vectors has no table',
    );
    expect(results.find(({ name }) => name === 'mixed')?.failure).toContain(
      'feature view zones has no table',
    );
  });
});

describe('with other writers at the same time', () => {
  it.each([
    ['Redis', () => redisPorts(server)],
    ['SQLite', sqlitePorts],
  ] as const)('ends with vectors that agree with the rows (%s)', async (store, portsOf) => {
    const ports = portsOf();
    const ids = [1, 2, 3];
    const empty = { ...tripsBatch(ids, 0, 0), viewName: 'vectors', features: ['vec', 'seen', 'raw'] };
    await ports.writer.write(empty, Deadline.after(5000));
    await ports.writer.write(
      { ...empty, viewName: 'zones', features: ['demand'], values: [empty.values[0]!] },
      Deadline.after(5000),
    );
    const writers = Array.from({ length: 6 }, (_unused, number) =>
      (async () => {
        const own = store === 'Redis' ? portsOf() : ports;
        const refresh = new PrecomputedRefresh(own, VERSIONING);
        for (let round = 0; round < 15; round++) {
          const trips = round * 6 + number;
          await own.writer.write(
            tripsBatch(ids, trips, T1 + DAY_MICROS + trips * 1_000_000),
            Deadline.after(10_000),
          );
          const results = await refresh.refresh(
            snapshot,
            [{ viewName: 'stats', keys: driverKeys(ids) }],
            limits,
          );
          expect(results.filter(({ failure }) => failure !== undefined)).toEqual([]);
        }
      })(),
    );
    await Promise.all(writers);
    const vectors = await vectorsOf(ports, 'both', ids);
    expect(vectors.map(tripsIn)).toEqual(ids.map(() => tripsHex(89)));
  });
});

describe('failures', () => {
  it('are told of each service, and never thrown', async () => {
    const ports = redisPorts(server);
    const refresh = new PrecomputedRefresh(ports, VERSIONING);
    const gone = { ...snapshot, anyFeatureView: () => undefined };
    const results = await refresh.refresh(gone, [{ viewName: 'fleet_wide', keys: 'all' }], limits);
    expect(results).toMatchObject([
      { name: 'global', vectors: 0, failure: expect.stringContaining('fleet_wide') },
    ]);
    const late = await refresh.refresh(snapshot, [{ viewName: 'fleet_wide', keys: driverKeys([1]) }], {
      deadline: () => Deadline.after(0),
    });
    expect(late[0]?.failure).toMatch(/time/);
  });

  it('stop at the signal', async () => {
    const refresh = new PrecomputedRefresh(redisPorts(server), VERSIONING);
    const signal = AbortSignal.abort('ended by SIGTERM');
    const results = await refresh.refresh(snapshot, [{ viewName: 'stats', keys: 'all' }], {
      ...limits,
      signal,
    });
    expect(new Set(results.map(({ failure }) => failure))).toEqual(new Set(['ended by SIGTERM']));
  });

  it('say when the store cannot be written', async () => {
    const ports = redisPorts(server);
    const writer = Object.assign(Object.create(ports.writer) as RefreshPorts['writer'], {
      write: () => Promise.reject(new UnavailableError('the disk is full')),
    });
    const refresh = new PrecomputedRefresh({ ...ports, writer }, VERSIONING);
    const results = await refresh.refresh(snapshot, [{ viewName: 'stats', keys: driverKeys([1]) }], limits);
    expect(new Set(results.map(({ failure }) => failure))).toEqual(new Set(['the disk is full']));
  });
});
