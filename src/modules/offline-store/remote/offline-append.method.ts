import { channelMethod } from '../../../common/channel/channel-method.js';
import type { DataSource } from '../../../common/model/data-source.js';
import type { OfflineEntryId } from '../offline-store-writer.js';
import type { SentRows } from './offline-rows.codec.js';

/** Entries for the history of one source. */
export interface OfflineAppend {
  readonly source: DataSource;
  readonly entries: readonly { readonly id: OfflineEntryId | undefined; readonly rows: SentRows }[];
}

/** The entries that were not appended; `error` as `encodeError` makes it. */
export type OfflineRefusals = readonly { readonly index: number; readonly error: Uint8Array }[];

/** Not repeatable: entries without an id would be there twice. */
export const OFFLINE_APPEND = channelMethod<OfflineAppend, OfflineRefusals>('offline-append', {
  isRepeatable: false,
});
