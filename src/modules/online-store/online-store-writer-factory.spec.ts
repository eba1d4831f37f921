import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, it } from 'vitest';
import { RedisServer } from '../../../test/support/redis-server.js';
import { hashKey, soon, storedTrips, T1, T2, tripBatch, tripsHex } from '../../../test/support/trip-rows.js';
import { ConfigurationError } from '../../common/config/configuration-error.js';
import type { OnlineStoreConfig } from '../../common/config/feature-store.js';
import { SalverSettings } from '../../common/config/server.config.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import { createOnlineStoreTables } from './online-store-tables-factory.js';
import { createOnlineStoreWriter } from './online-store-writer-factory.js';

const sqlite = {
  type: 'sqlite',
  path: '/nowhere/online.db',
  writtenPath: '/nowhere/online.db',
  vectorEnabled: false,
  similarity: 'cosine',
  textSearchEnabled: false,
  enableOpenaiCompatibleStore: false,
} as const;
const redis = {
  type: 'redis',
  redisType: 'redis',
  sentinelMaster: 'mymaster',
  connectionString: 'nowhere.invalid:6379',
  keyTtlSeconds: null,
  fullScanForDeletion: true,
  skipDedup: false,
} as const;

const settings = new SalverSettings();
const tablesOf = (onlineStore: OnlineStoreConfig) =>
  createOnlineStoreTables({ onlineStore, entityKeySerializationVersion: 3 });

it.each([sqlite, redis])('opens nothing before it is used: %j', async (onlineStore) => {
  await createOnlineStoreWriter({ onlineStore }, settings).close();
  await tablesOf(onlineStore).close();
  expect(existsSync(sqlite.path)).toBe(false);
});

it('takes the options of SQLite, and the journal mode of the settings', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'salver-writer-factory-'));
  const onlineStore = {
    ...sqlite,
    path: join(folder, 'online.db'),
    vectorEnabled: true,
    enableOpenaiCompatibleStore: true,
  };
  settings.sqlite.journalMode = 'wal';
  const writer = createOnlineStoreWriter({ onlineStore }, settings);
  await writer.write(tripBatch([{ trips: 7, micros: T1 }]), soon());
  expect(existsSync(`${onlineStore.path}-wal`)).toBe(true);
  await writer.close();
  const database = new DatabaseSync(onlineStore.path);
  expect(database.prepare('SELECT value_text, value_num, vector_value FROM peer_stats').get()).toEqual({
    value_text: '7',
    value_num: 7,
    vector_value: 7,
  });
  database.close();
  const tables = tablesOf(onlineStore);
  const view = { project: 'peer', viewName: 'other', version: 0, joinKeys: [], features: [] };
  await tables.create([view], soon());
  await tables.close();
  const again = new DatabaseSync(onlineStore.path);
  expect(again.prepare("SELECT name FROM pragma_table_info('peer_other')").all()).toContainEqual({
    name: 'value_num',
  });
  again.close();
  rmSync(folder, { recursive: true });
});

it('takes the options of Redis', async () => {
  await using server = await RedisServer.start();
  const onlineStore = {
    ...redis,
    connectionString: server.connectionString(),
    keyTtlSeconds: 1000,
    skipDedup: true,
  };
  const writer = createOnlineStoreWriter({ onlineStore }, settings);
  await writer.write(tripBatch([{ trips: 7, micros: T2 }]), soon());
  await writer.write(tripBatch([{ trips: 8, micros: T1 }]), soon());
  await writer.close();
  expect(await storedTrips(server)).toBe(tripsHex(8));
  expect(await server.client.ttl(hashKey())).toBeGreaterThan(0);
});

it('says what is wrong with a connection string', () => {
  const onlineStore = { ...redis, connectionString: 'nowhere.invalid:6379,bd=1' };
  for (const create of [
    () => createOnlineStoreWriter({ onlineStore }, settings),
    () => tablesOf(onlineStore),
  ]) {
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow('bd');
  }
});

it.each<[OnlineStoreConfig, string]>([
  [{ type: 'none' }, 'online_store is null'],
  [{ type: 'unsupported', name: 'my.OwnStore' }, 'my.OwnStore'],
])('names the kind that it cannot write: %j', (onlineStore, words) => {
  for (const create of [
    () => createOnlineStoreWriter({ onlineStore }, settings),
    () => tablesOf(onlineStore),
  ]) {
    expect(create).toThrow(NotSupportedError);
    expect(create).toThrow(words);
  }
});
