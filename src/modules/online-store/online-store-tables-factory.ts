import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnlineStoreTables } from './online-store-tables.js';
import { redisConnectionOptions } from './redis/redis-connection-options.js';
import { RedisOnlineStoreTables } from './redis/redis-online-store-tables.js';
import { SqliteOnlineStoreTables } from './sqlite/sqlite-online-store-tables.js';

/**
 * The tables of the configured store. Nothing is opened before the first call.
 *
 * Errors: NotSupportedError for a kind that this version does not know, ConfigurationError for a connection string
 *         that cannot be used.
 */
export function createOnlineStoreTables({
  onlineStore: options,
  entityKeySerializationVersion,
}: Pick<FeatureStoreConfig, 'onlineStore' | 'entityKeySerializationVersion'>): OnlineStoreTables {
  switch (options.type) {
    case 'sqlite':
      return new SqliteOnlineStoreTables({
        path: options.path,
        withNumbers: options.enableOpenaiCompatibleStore,
      });
    case 'redis':
      return new RedisOnlineStoreTables({
        connection: redisConnectionOptions(options),
        fullScanForDeletion: options.fullScanForDeletion,
        entityKeyVersion: entityKeySerializationVersion,
      });
    case 'unsupported':
      throw new NotSupportedError(`an online store of the type ${options.name} cannot be changed`);
    case 'none':
      throw new NotSupportedError('there is no online store to change: online_store is null');
  }
}
