import type { OnlineStoreConfig, RedisOnlineStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnlineStore } from './online-store.js';
import { redisConnectionOptions } from './redis/redis-connection-options.js';
import { RedisOnlineStore } from './redis/redis-online-store.js';
import { redisTlsOptions } from './redis/redis-tls.js';
import { SqliteOnlineStore } from './sqlite/sqlite-online-store.js';

/** A kind of store and how it is reached; one member of the union for each kind. */
export type OnlineStoreOptions = OnlineStoreConfig;

/**
 * The store that the options name. Nothing is opened before the first read. Without settings it keeps nothing of what it
 * has read: for whoever reads little.
 *
 * Errors: NotSupportedError for a kind that this version cannot read, ConfigurationError for a connection string that
 *         cannot be used.
 */
export function createOnlineStore(
  options: OnlineStoreOptions,
  settings?: Pick<SalverConfig, 'sqlite'>,
): OnlineStore {
  switch (options.type) {
    case 'sqlite':
      return new SqliteOnlineStore({
        path: options.path,
        rowCacheBytes: settings?.sqlite.rowCacheBytes ?? 0,
      });
    case 'redis':
      return createRedisOnlineStore(options);
    case 'unsupported':
    case 'none':
      throw new NotSupportedError(`an online store of the type ${kindOf(options)} cannot be read`);
  }
}

function createRedisOnlineStore(options: RedisOnlineStoreConfig): OnlineStore {
  const connection = redisConnectionOptions(options);
  // Files that cannot be read are told now, though they are read again for each connection.
  if (connection.tls !== null) redisTlsOptions(connection.tls, connection.host);
  return new RedisOnlineStore({ connection });
}

function kindOf(options: OnlineStoreOptions): string {
  return options.type === 'unsupported' ? options.name : options.type;
}
