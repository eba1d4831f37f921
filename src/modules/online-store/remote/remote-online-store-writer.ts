import type { ChannelClient } from '../../../common/channel/channel-client.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import type { WriteBatch, WriteOutcome } from '../../../common/model/write-batch.js';
import { OnlineStoreWriter } from '../online-store-writer.js';
import { ONLINE_WRITE } from './online-write.method.js';
import { packBatch } from './packed-batch.codec.js';

/**
 * Writes through the writer process. When that ends before it has answered, the rows go to the next one.
 *
 * Errors:  those of the writer there, PayloadTooLargeError, UnavailableError.
 */
export class RemoteOnlineStoreWriter extends OnlineStoreWriter {
  private isClosed = false;

  /** `traits`: a writer like that at the other end, which writes nothing itself. */
  constructor(
    private readonly channel: ChannelClient,
    private readonly traits: OnlineStoreWriter,
  ) {
    super();
  }

  override get isFasterInKeyOrder(): boolean {
    return this.traits.isFasterInKeyOrder;
  }

  override rowsPerBatch(featureCount: number): number {
    return this.traits.rowsPerBatch(featureCount);
  }

  override check(batch: WriteBatch): void {
    this.traits.check(batch);
  }

  override async write(batch: WriteBatch, deadline: Deadline): Promise<WriteOutcome> {
    if (this.isClosed) throw new UnavailableError('the online store is closed');
    return this.channel.call(ONLINE_WRITE, packBatch(batch), deadline);
  }

  /** The channel belongs to the process, and is closed with it. */
  override async close(): Promise<void> {
    this.isClosed = true;
    await this.traits.close();
  }
}
