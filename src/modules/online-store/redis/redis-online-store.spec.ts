import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { writeFeastHashes } from '../../../../test/support/feast-redis-hashes.js';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { RedisServer } from '../../../../test/support/redis-server.js';
import {
  driverKey,
  EVENT_TIME_MICROS,
  int64Value,
  readLines,
  readPlan,
  type StoredRow,
} from '../../../../test/support/stored-rows.js';
import { Deadline } from '../../../common/model/deadline.js';
import type { OnlineStoreHarness } from '../contract/contract-suite.contract.js';
import { describeOnlineStoreContract } from '../online-store.contract.js';
import { RedisOnlineStore } from './redis-online-store.js';

describeOnlineStoreContract('Redis', redisHarness(1));
describeOnlineStoreContract('Redis over three connections', redisHarness(3));

function redisHarness(connections: number): OnlineStoreHarness {
  let server: RedisServer;
  return {
    setUp: async () => {
      server = await RedisServer.start();
    },
    tearDown: () => server.stop(),
    open: async () => new RedisOnlineStore({ connection: server.connection(), connections }),
    createViews: async () => {},
    seed: (rows) => writeFeastHashes(server.client, rows),
    server: { stop: () => server.kill(), start: () => server.restart() },
  };
}

describe('hashes', () => {
  let server: RedisServer;
  let store: RedisOnlineStore;
  const row = (changes: Partial<StoredRow> = {}): StoredRow => ({
    project: 'drivers',
    viewName: 'stats',
    version: 0,
    entityKey: driverKey(1001),
    values: new Map([['trips', int64Value(7)]]),
    eventTimeMicros: EVENT_TIME_MICROS,
    ...changes,
  });
  const keyOf = (id: number): Buffer => Buffer.concat([driverKey(id), Buffer.from('drivers')]);
  const commandsOf = async (read: () => Promise<unknown>): Promise<number> => {
    const count = async (): Promise<number> =>
      Number(/cmdstat_hmget:calls=(\d+)/.exec(await server.client.info('commandstats'))?.[1] ?? 0);
    const before = await count();
    await read();
    return (await count()) - before;
  };

  beforeAll(async () => {
    server = await RedisServer.start();
    store = new RedisOnlineStore({ connection: server.connection() });
  });
  afterAll(async () => {
    await store.close();
    await server.stop();
  });

  it('tell a stored null from what was never stored', async () => {
    const values = new Map([
      ['trips', null],
      ['rating', int64Value(4)],
    ]);
    await writeFeastHashes(server.client, [row({ entityKey: driverKey(1), values })]);
    const plan = readPlan('drivers', { features: ['never', 'trips', 'rating'] });
    const sink = new RecordingSink();
    await store.read(plan, [[driverKey(1)]], sink, Deadline.after(10_000));
    expect(sink.lines()).toEqual(['0/0 1=', '0/0 2=2004', `0/0 @${EVENT_TIME_MICROS}`]);
  });

  it('without an event time have values of the epoch', async () => {
    await writeFeastHashes(server.client, [row({ entityKey: driverKey(2) })]);
    await server.client.hdel(keyOf(2), '_ts:stats');
    const plan = readPlan('drivers', { viewName: 'other' }, { features: ['never', 'trips'] });
    expect(await readLines(store, plan, [[driverKey(2)], [driverKey(2)]])).toEqual(['1/0 1=2007', '1/0 @0']);
  });

  it('are asked once for all views that are read by their key', async () => {
    const views = ['a', 'b', 'c', 'd'];
    const ids = [1, 2, 3, 4];
    await writeFeastHashes(
      server.client,
      views.flatMap((viewName, view) =>
        ids.map((id) =>
          row({
            viewName,
            entityKey: driverKey(id),
            values: new Map([['trips', int64Value(10 * view + id)]]),
          }),
        ),
      ),
    );
    const plan = readPlan('drivers', ...views.map((viewName) => ({ viewName })));
    const shared = [1, 2].map(driverKey);
    const lines: string[] = [];
    const count = await commandsOf(async () => {
      // The last two views share no array of keys, but entities.
      lines.push(
        ...(await readLines(store, plan, [shared, shared, [3, 2].map(driverKey), [2, 3].map(driverKey)])),
      );
    });
    expect(count).toBe(3);
    expect(lines.filter((line) => line.includes('='))).toEqual([
      '0/0 0=2001',
      '0/1 0=2002',
      '1/0 0=200b',
      '1/1 0=200c',
      '2/0 0=2017',
      '2/1 0=2016',
      '3/0 0=2020',
      '3/1 0=2021',
    ]);
  });

  it('are found in the database that the connection string names', async () => {
    await writeFeastHashes(server.client, [row({ entityKey: driverKey(9) })]);
    const other = new RedisOnlineStore({ connection: server.connection('db=3') });
    const plan = readPlan('drivers', {});
    expect(await readLines(other, plan, [[driverKey(9)]])).toEqual([]);
    await server.client.move(keyOf(9), 3);
    expect(await readLines(other, plan, [[driverKey(9)]])).toHaveLength(2);
    expect(await readLines(store, plan, [[driverKey(9)]])).toEqual([]);
    await other.close();
  });

  it('are read over a Unix socket', async () => {
    await writeFeastHashes(server.client, [row({ entityKey: driverKey(5) })]);
    const local = new RedisOnlineStore({
      connection: server.connection(`unix_socket_path=${server.socketPath}`),
    });
    expect(await readLines(local, readPlan('drivers', {}), [[driverKey(5)]])).toHaveLength(2);
    await local.close();
  });
});
