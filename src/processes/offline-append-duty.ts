import { encodeError } from '../common/channel/channel-error.codec.js';
import type { OfflineStoreWriter } from '../modules/offline-store/offline-store-writer.js';
import { OFFLINE_APPEND } from '../modules/offline-store/remote/offline-append.method.js';
import { decodeOfflineRows } from '../modules/offline-store/remote/offline-rows.codec.js';
import type { WriterContext, WriterDuty } from './writer-duty.js';

/** Appends to the history of sources for all workers. */
export class OfflineAppendDuty implements WriterDuty {
  /** `writer` is closed at the end. */
  constructor(private readonly writer: OfflineStoreWriter) {}

  start({ requests }: Pick<WriterContext, 'requests'>): void {
    requests.handle(OFFLINE_APPEND, async ({ source, entries }) => {
      const decoded = entries.map(({ id, rows }) => ({ id, rows: decodeOfflineRows(rows) }));
      const refused = await this.writer.append(source, decoded);
      return refused.map(({ index, error }) => ({ index, error: encodeError(error) }));
    });
  }

  async onStop(): Promise<void> {
    await this.writer.close();
  }
}
