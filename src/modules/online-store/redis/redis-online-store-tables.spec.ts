import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { RedisServer } from '../../../../test/support/redis-server.js';
import { driverKey, errorOf, int64Value } from '../../../../test/support/stored-rows.js';
import { redisWriterOfTest, soon, T1, tripBatch, TRIPS_FIELD } from '../../../../test/support/trip-rows.js';
import { compileEntityKey } from '../../../common/codec/entity-key.codec.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { ValueType } from '../../../common/model/value.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';
import type { ViewTable } from '../online-store-tables.js';
import { RedisOnlineStoreTables, type RedisTablesOptions } from './redis-online-store-tables.js';

let server: RedisServer;

beforeAll(async () => {
  server = await RedisServer.start();
});
beforeEach(async () => {
  await server.client.flushall();
});
afterAll(() => server.stop());

function tablesOfTest(changes: Partial<RedisTablesOptions> = {}): RedisOnlineStoreTables {
  const tables = new RedisOnlineStoreTables({
    connection: server.connection(),
    fullScanForDeletion: true,
    entityKeyVersion: 3,
    ...changes,
  });
  onTestFinished(() => tables.close());
  return tables;
}

const view = (viewName: string, changes: Partial<ViewTable> = {}): ViewTable => ({
  project: 'peer',
  viewName,
  version: 0,
  joinKeys: ['driver_id'],
  features: ['trips'],
  ...changes,
});

/** Driver 1 to `count` in the view `stats`. */
function write(count: number, changes: Partial<WriteBatch> = {}): Promise<unknown> {
  const rows = Array.from({ length: count }, (_, index) => ({ trips: index, micros: T1, driver: index + 1 }));
  return redisWriterOfTest(server).write(tripBatch(rows, changes), soon());
}

const hashOf = (driver: number, project = 'peer') =>
  server.hash(Buffer.concat([driverKey(driver), Buffer.from(project)]));
const keyCount = () => server.client.dbsize();

/** A key whose value holds what means something in patterns, and ends as a project could be called. */
const oddKeys = compileEntityKey(['driver_id'], 3).encode(
  [{ type: ValueType.STRING, values: ['*', '[a-z]', 'xpeer', '\\', ''] }],
  [0, 1, 2, 3, 4],
);

describe('drop', () => {
  it('removes the fields of the view from each hash, and the hash when it holds no other view', async () => {
    await write(2500);
    await write(1000, { viewName: 'other' });
    await tablesOfTest().drop([view('stats')], soon());
    expect(await keyCount()).toBe(1000);
    const hash = await hashOf(1);
    expect(Object.keys(hash)).toHaveLength(2);
    expect(hash).toHaveProperty(Buffer.from('_ts:other').toString('hex'));
  });

  it('removes hashes with features that the view has lost', async () => {
    await write(3, { features: ['trips', 'lost'], values: [0, 1].map(() => [1, 2, 3].map(int64Value)) });
    await write(1, { viewName: 'other' });
    await tablesOfTest().drop([view('stats')], soon());
    expect(await keyCount()).toBe(1);
    // Nobody knows any more to which view it belongs.
    expect(Object.keys(await hashOf(1))).toHaveLength(3);
  });

  it('of several views at once, and of versions', async () => {
    await write(5);
    await write(5, { version: 2 });
    await write(5, { viewName: 'other' });
    await tablesOfTest().drop([view('stats', { version: 2 }), view('other'), view('none')], soon());
    expect(Object.keys(await hashOf(1)).toSorted()).toEqual(
      [TRIPS_FIELD, Buffer.from('_ts:stats').toString('hex')].toSorted(),
    );
    await tablesOfTest().drop([view('stats')], soon());
    expect(await keyCount()).toBe(0);
  });

  it('leaves other projects alone, also those whose names end with this one', async () => {
    for (const project of ['peer', 'xpeer', '_peer', 'peerx', 'other']) await write(3, { project });
    await tablesOfTest().drop([view('stats')], soon());
    expect(await keyCount()).toBe(12);
    expect(await hashOf(1)).toEqual({});
  });

  it('takes keys and projects as they are, not as patterns', async () => {
    const batch = {
      keys: oddKeys,
      values: [oddKeys.map(() => int64Value(1))],
      eventTimesMicros: oddKeys.map(() => T1),
    };
    const writer = redisWriterOfTest(server);
    for (const project of ['a*', 'ab', 'a[b]', 'a\\']) {
      await writer.write({ ...tripBatch([]), ...batch, project }, soon());
    }
    const left = [15, 10, 5, 0];
    for (const project of ['a*', 'a[b]', 'a\\', 'ab']) {
      await tablesOfTest().drop([view('stats', { project })], soon());
      expect(await keyCount()).toBe(left.shift());
    }
  });

  it('leaves alone what has the name of a key and is no hash', async () => {
    await write(1);
    await server.client.set(Buffer.concat([driverKey(2), Buffer.from('peer')]), 'x');
    await tablesOfTest().drop([view('stats')], soon());
    expect(await keyCount()).toBe(1);
  });

  it.each([0, 1, 2, 3, 4])('finds keys of the version %i', async (entityKeyVersion) => {
    const joinKeys = ['shop', 'driver_id'];
    const keys = compileEntityKey(joinKeys, entityKeyVersion).encode(
      [
        { type: ValueType.STRING, values: ['a', 'bc'] },
        { type: ValueType.INT64, values: [1, 2] },
      ],
      [0, 1],
    );
    await write(2, { keys });
    await write(2, { viewName: 'drivers' });
    await tablesOfTest({ entityKeyVersion }).drop([view('stats', { joinKeys })], soon());
    expect(await keyCount()).toBe(2);
  });

  it('finds the key of views without entities', async () => {
    const [key] = compileEntityKey(['__dummy_id'], 3).encode([], [0]);
    await write(1, { keys: [key!] });
    await tablesOfTest().drop([view('stats', { joinKeys: [] })], soon());
    expect(await keyCount()).toBe(0);
  });

  it('of very wide views', async () => {
    const features = Array.from({ length: 9000 }, (_, index) => `feature_${index}`);
    await write(1, { features, values: features.map(() => [int64Value(1)]) });
    await write(1, { viewName: 'other' });
    await tablesOfTest().drop([view('stats', { features })], soon());
    expect(Object.keys(await hashOf(1))).toHaveLength(2);
  });

  it('does nothing without full_scan_for_deletion', async () => {
    await write(3);
    const tables = tablesOfTest({ fullScanForDeletion: false });
    expect(await tables.inspect([view('stats')], soon())).toEqual([
      { view: view('stats'), exists: true, holdsRows: false },
    ]);
    await tables.drop([view('stats')], soon());
    expect(await keyCount()).toBe(3);
  });

  it('keeps the deadline', async () => {
    await using own = await RedisServer.start();
    const tables = new RedisOnlineStoreTables({
      connection: own.connection(),
      fullScanForDeletion: true,
      entityKeyVersion: 3,
    });
    await tables.drop([view('stats')], soon());
    own.pause();
    const startMs = performance.now();
    expect(await errorOf(() => tables.drop([view('stats')], Deadline.after(200)))).toBeInstanceOf(
      UnavailableError,
    );
    expect(performance.now() - startMs).toBeLessThan(5000);
    own.resume();
    await tables.close();
  });
});

describe('inspect', () => {
  it('tells which views have rows', async () => {
    await write(300);
    await write(1, { viewName: 'one' });
    const views = [view('stats'), view('one'), view('none'), view('stats', { joinKeys: ['shop'] })];
    const states = await tablesOfTest().inspect(views, soon());
    expect(states.map(({ exists, holdsRows }) => [exists, holdsRows])).toEqual([
      [true, true],
      [true, true],
      [true, false],
      [true, false],
    ]);
  });

  it('does not read everything', async () => {
    // Others' keys: the scan has to pass them.
    const pipeline = server.client.pipeline();
    for (let number = 0; number < 30_000; number++) pipeline.set(`x${number}`, '');
    await pipeline.exec();
    const [state] = await tablesOfTest().inspect([view('stats')], soon());
    expect(state?.holdsRows).toBeUndefined();
  });
});

describe('teardown', () => {
  it('removes all hashes of the entities of the project, whichever views they hold', async () => {
    await write(1200);
    await write(1200, { viewName: 'other' });
    await write(3, { project: 'xpeer' });
    await tablesOfTest({ fullScanForDeletion: false }).teardown('peer', [view('stats')], soon());
    expect(await keyCount()).toBe(3);
  });
});

describe('names', () => {
  it('are those of Feast, and the location has no password', () => {
    const tables = tablesOfTest({ connection: server.connection('password=secret', 'db=2') });
    expect(tables.nameOf(view('stats'))).toBe('stats');
    expect(tables.nameOf(view('stats', { version: 3 }))).toBe('stats_v3');
    expect(tables.location).toBe(`Redis at 127.0.0.1:${server.port}, database 2`);
    expect(tables.noun).toBeUndefined();
  });

  it('need no room', async () => {
    await tablesOfTest().create();
    expect(await keyCount()).toBe(0);
  });
});

describe('entityKeys', () => {
  it('gives the keys of all entities of the project with these join keys, without its name', async () => {
    await write(2500);
    await write(10, { project: 'xpeer' });
    const keys: string[] = [];
    for await (const step of tablesOfTest().entityKeys([view('stats'), view('other')], soon)) {
      keys.push(...step.map((key) => Buffer.from(key).toString('hex')));
    }
    const wanted = Array.from({ length: 2500 }, (_, index) =>
      Buffer.from(driverKey(index + 1)).toString('hex'),
    );
    expect(new Set(keys)).toEqual(new Set(wanted));
    const late = tablesOfTest().entityKeys([view('stats')], () => Deadline.after(0));
    await expect(late.next()).rejects.toBeInstanceOf(UnavailableError);
  });
});
