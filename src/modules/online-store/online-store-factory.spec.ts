import { expect, it } from 'vitest';
import { ConfigurationError } from '../../common/config/configuration-error.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import { createOnlineStore } from './online-store-factory.js';
import { RedisOnlineStore } from './redis/redis-online-store.js';
import { SqliteOnlineStore } from './sqlite/sqlite-online-store.js';

it('makes the store that is named, without opening it', async () => {
  const store = createOnlineStore({
    type: 'sqlite',
    path: '/nowhere/online.db',
    writtenPath: '/nowhere/online.db',
    vectorEnabled: false,
    similarity: 'cosine',
    textSearchEnabled: false,
    enableOpenaiCompatibleStore: false,
  });
  expect(store).toBeInstanceOf(SqliteOnlineStore);
  await store.close();
});

const redis = {
  type: 'redis',
  redisType: 'redis',
  sentinelMaster: 'mymaster',
  connectionString: 'nowhere.invalid:6379',
  keyTtlSeconds: null,
  fullScanForDeletion: true,
  skipDedup: false,
} as const;

it('makes the store of Redis, without a connection', async () => {
  const store = createOnlineStore(redis);
  expect(store).toBeInstanceOf(RedisOnlineStore);
  await store.close();
});

it.each([
  ['nowhere.invalid:6379,bd=1', 'bd'],
  ['nowhere.invalid:6379,ssl=true,ssl_ca_certs=/nowhere/ca.pem', '/nowhere/ca.pem'],
])('says what is wrong with the connection string %s', (connectionString, problem) => {
  const create = (): unknown => createOnlineStore({ ...redis, connectionString });
  expect(create).toThrow(ConfigurationError);
  expect(create).toThrow(problem);
});

it('names the kind that it cannot make', () => {
  expect(() => createOnlineStore({ type: 'none' })).toThrow(NotSupportedError);
  expect(() => createOnlineStore({ type: 'unsupported', name: 'my.OwnStore' })).toThrow('my.OwnStore');
});
