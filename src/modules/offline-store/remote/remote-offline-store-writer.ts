import type { ChannelClient } from '../../../common/channel/channel-client.js';
import { decodeError } from '../../../common/channel/channel-error.codec.js';
import type { DataSource } from '../../../common/model/data-source.js';
import { Deadline } from '../../../common/model/deadline.js';
import { type OfflineEntry, OfflineStoreWriter, type RefusedEntry } from '../offline-store-writer.js';
import { OFFLINE_APPEND } from './offline-append.method.js';
import { encodeOfflineRows } from './offline-rows.codec.js';

/**
 * Appends through the writer process.
 *
 * Errors:  besides those of the writer there, UnavailableError after `timeoutMs`, or when that process ended before it
 *          had answered: the rows may have been appended or not, and are not sent again.
 */
export class RemoteOfflineStoreWriter extends OfflineStoreWriter {
  constructor(
    private readonly channel: ChannelClient,
    private readonly timeoutMs: number,
  ) {
    super();
  }

  override async append(
    source: DataSource,
    entries: readonly OfflineEntry[],
  ): Promise<readonly RefusedEntry[]> {
    const sent = entries.map(({ id, rows }) => ({ id, rows: encodeOfflineRows(rows) }));
    const refusals = await this.channel.call(
      OFFLINE_APPEND,
      { source, entries: sent },
      Deadline.after(this.timeoutMs),
    );
    return refusals.map(({ index, error }) => ({ index, error: decodeError(error) }));
  }

  /** The channel belongs to the process, and is closed with it. */
  override async close(): Promise<void> {}
}
