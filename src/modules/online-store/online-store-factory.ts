import type { OnlineStoreConfig } from '../../common/config/feature-store.js';
import { NotSupportedError } from '../../common/errors/errors.js';
import type { OnlineStore } from './online-store.js';
import { SqliteOnlineStore } from './sqlite/sqlite-online-store.js';

/** A kind of store and how it is reached; one member of the union for each kind. */
export type OnlineStoreOptions = OnlineStoreConfig;

/**
 * The store that the options name. Nothing is opened before the first read.
 *
 * Errors: NotSupportedError for a kind that this version cannot read.
 */
export function createOnlineStore(options: OnlineStoreOptions): OnlineStore {
  switch (options.type) {
    case 'sqlite':
      return new SqliteOnlineStore({ path: options.path });
    case 'redis':
    case 'unsupported':
    case 'none':
      throw new NotSupportedError(`an online store of the type ${kindOf(options)} cannot be read`);
  }
}

function kindOf(options: OnlineStoreOptions): string {
  return options.type === 'unsupported' ? options.name : options.type;
}
