import type { ChannelClient } from '../../common/channel/channel-client.js';
import type { FeatureStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnlineStoreWriter } from './online-store-writer.js';
import { redisConnectionOptions } from './redis/redis-connection-options.js';
import { RedisOnlineStoreWriter } from './redis/redis-online-store-writer.js';
import { RemoteOnlineStoreWriter } from './remote/remote-online-store-writer.js';
import type { CommittedGroup } from './sqlite/sqlite-group-commit.js';
import { SqliteOnlineStoreWriter } from './sqlite/sqlite-online-store-writer.js';

/** Whether the store lies in a file, which one process writes for all others. */
export function isEmbeddedOnlineStore({ onlineStore }: Pick<FeatureStoreConfig, 'onlineStore'>): boolean {
  return onlineStore.type === 'sqlite';
}

/**
 * The writer for a process that serves: through `channel`, which leads to the writer process, where that is the one
 * that writes; without a channel always its own.
 *
 * Errors: as `createOnlineStoreWriter`.
 */
export function createServingOnlineStoreWriter(
  featureStore: Pick<FeatureStoreConfig, 'onlineStore'>,
  salver: { readonly sqlite: Pick<SalverConfig['sqlite'], 'journalMode'> },
  channel: ChannelClient | undefined,
): OnlineStoreWriter {
  const direct = createOnlineStoreWriter(featureStore, salver);
  const isRemote = channel !== undefined && isEmbeddedOnlineStore(featureStore);
  return isRemote ? new RemoteOnlineStoreWriter(channel, direct) : direct;
}

/**
 * The writer of the configured store. Nothing is opened before the first write. `onCommit` hears of the
 * transactions of a store that has some.
 *
 * Errors: NotSupportedError for a kind that this version cannot write, ConfigurationError for a connection string that
 *         cannot be used.
 */
export function createOnlineStoreWriter(
  { onlineStore: options }: Pick<FeatureStoreConfig, 'onlineStore'>,
  { sqlite }: { readonly sqlite: Pick<SalverConfig['sqlite'], 'journalMode'> },
  onCommit?: (group: CommittedGroup) => void,
): OnlineStoreWriter {
  switch (options.type) {
    case 'sqlite':
      return new SqliteOnlineStoreWriter({ ...options, journalMode: sqlite.journalMode }, onCommit);
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
