import type { ChannelClient } from '../../../common/channel/channel-client.js';
import type { Deadline } from '../../../common/model/deadline.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { OnlineStoreWriter } from '../online-store-writer.js';
import { ONLINE_WRITE } from './online-write.method.js';
import { packBatch } from './packed-batch.codec.js';

/** What a writer is told apart by before anything is written. */
export type WriterTraits = Pick<OnlineStoreWriter, 'rowsPerBatch' | 'isFasterInKeyOrder'>;

/**
 * Writes through the writer process. When that ends before it has answered, the rows go to the next one.
 *
 * Errors:  those of the writer there, PayloadTooLargeError, UnavailableError.
 */
export class RemoteOnlineStoreWriter extends OnlineStoreWriter {
  /** `traits`: those of the writer at the other end. */
  constructor(
    private readonly channel: ChannelClient,
    private readonly traits: WriterTraits,
  ) {
    super();
  }

  override get isFasterInKeyOrder(): boolean {
    return this.traits.isFasterInKeyOrder;
  }

  override rowsPerBatch(featureCount: number): number {
    return this.traits.rowsPerBatch(featureCount);
  }

  override write(batch: WriteBatch, deadline: Deadline): Promise<WriteOutcome> {
    return this.channel.call(ONLINE_WRITE, packBatch(batch), deadline);
  }

  /** The channel belongs to the process, and is closed with it. */
  override async close(): Promise<void> {}
}
