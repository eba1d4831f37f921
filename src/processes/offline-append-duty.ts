import { encodeError } from '../common/channel/channel-error.codec.js';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { GroupingOfflineStoreWriter } from '../modules/offline-store/grouping-offline-store-writer.js';
import type { OfflineStoreWriter } from '../modules/offline-store/offline-store-writer.js';
import { OFFLINE_APPEND } from '../modules/offline-store/remote/offline-append.method.js';
import { decodeOfflineRows } from '../modules/offline-store/remote/offline-rows.codec.js';
import type { WriterContext, WriterDuty } from './writer-duty.js';

/** Appends to the history of sources for all workers, and for other duties that were given `writer`. */
export class OfflineAppendDuty implements WriterDuty {
  private grouping: OfflineStoreWriter | undefined;

  /** `create`: the writer of the configured store; undefined where there is none that can be written. */
  constructor(
    private readonly create: (configuration: LoadedConfiguration) => OfflineStoreWriter | undefined,
  ) {}

  /** What writes one source at a time, whoever asks; there once this has begun. */
  get writer(): OfflineStoreWriter | undefined {
    return this.grouping;
  }

  start({ configuration, requests }: Pick<WriterContext, 'configuration' | 'requests'>): void {
    const behind = this.create(configuration);
    if (behind === undefined) return;
    const writer = new GroupingOfflineStoreWriter(behind, configuration.featureStore.repoDir);
    requests.handle(OFFLINE_APPEND, async ({ source, entries }) => {
      const decoded = entries.map(({ id, rows }) => ({ id, rows: decodeOfflineRows(rows) }));
      const refused = await writer.append(source, decoded);
      return refused.map(({ index, error }) => ({ index, error: encodeError(error) }));
    });
    this.grouping = writer;
  }

  async onStop(): Promise<void> {
    await this.grouping?.close();
  }
}
