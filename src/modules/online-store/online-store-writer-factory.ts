import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnlineStoreWriter } from './online-store-writer.js';
import { redisConnectionOptions } from './redis/redis-connection-options.js';
import { RedisOnlineStoreWriter } from './redis/redis-online-store-writer.js';
import { SqliteOnlineStoreWriter } from './sqlite/sqlite-online-store-writer.js';

/**
 * The writer of the configured store. Nothing is opened before the first write.
 *
 * Errors: NotSupportedError for a kind that this version cannot write, ConfigurationError for a connection string that
 *         cannot be used.
 */
export function createOnlineStoreWriter(
  { onlineStore: options }: Pick<FeatureStoreConfig, 'onlineStore'>,
  { sqlite }: Pick<SalverConfig, 'sqlite'>,
): OnlineStoreWriter {
  switch (options.type) {
    case 'sqlite':
      return new SqliteOnlineStoreWriter({ ...options, journalMode: sqlite.journalMode });
    case 'redis':
      return new RedisOnlineStoreWriter({
        connection: redisConnectionOptions(options),
        keyTtlSeconds: options.keyTtlSeconds,
        skipDedup: options.skipDedup,
      });
    case 'unsupported':
      throw new NotSupportedError(`an online store of the type ${options.name} cannot be written`);
    case 'none':
      throw new NotSupportedError('there is no online store to write to: online_store is null');
  }
}
