import type { ChannelClient } from '../../common/channel/channel-client.js';
import type { FeatureStoreConfig, SqliteOnlineStoreConfig } from '../../common/config/feature-store.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnlineStoreWriter } from './online-store-writer.js';
import { redisConnectionOptions } from './redis/redis-connection-options.js';
import { RedisOnlineStoreWriter } from './redis/redis-online-store-writer.js';
import { RemoteOnlineStoreWriter } from './remote/remote-online-store-writer.js';
import { CommitNotices } from './sqlite/notices/commit-notices.js';
import { NoticeLog } from './sqlite/notices/notice-log.js';
import type { CommittedGroup } from './sqlite/sqlite-group-commit.js';
import { SqliteOnlineStoreWriter } from './sqlite/sqlite-online-store-writer.js';

/** Whether the store lies in a file, which one process writes for all others. */
export function isEmbeddedOnlineStore({ onlineStore }: Pick<FeatureStoreConfig, 'onlineStore'>): boolean {
  return onlineStore.type === 'sqlite';
}

function isSearchable({ vectorEnabled, textSearchEnabled }: SqliteOnlineStoreConfig): boolean {
  return vectorEnabled || textSearchEnabled;
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

export interface OnlineStoreWriterLinks {
  /** Hears of the transactions of a store that has some. */
  readonly onCommit?: (group: CommittedGroup) => void;
  /** Where those that search an embedded store read what has changed; undefined: they find out by themselves. */
  readonly noticePath?: string | undefined;
}

/**
 * The writer of the configured store. Nothing is opened before the first write.
 *
 * Errors: NotSupportedError for a kind that this version cannot write, ConfigurationError for a connection string that
 *         cannot be used.
 */
export function createOnlineStoreWriter(
  { onlineStore: options }: Pick<FeatureStoreConfig, 'onlineStore'>,
  { sqlite }: { readonly sqlite: Pick<SalverConfig['sqlite'], 'journalMode'> },
  { onCommit, noticePath }: OnlineStoreWriterLinks = {},
): OnlineStoreWriter {
  switch (options.type) {
    case 'sqlite':
      return new SqliteOnlineStoreWriter(
        { ...options, journalMode: sqlite.journalMode },
        onCommit,
        isSearchable(options) && noticePath !== undefined
          ? new CommitNotices(new NoticeLog(noticePath))
          : undefined,
      );
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
