import type { Deadline } from '../common/model/deadline.js';
import { pathBeside } from '../common/channel/channel-address.js';
import { NOTICES } from '../modules/online-store/document-search-factory.js';
import { ONLINE_WRITE } from '../modules/online-store/remote/online-write.method.js';
import { unpackBatch } from '../modules/online-store/remote/packed-batch.codec.js';
import {
  createOnlineStoreWriter,
  isEmbeddedOnlineStore,
} from '../modules/online-store/online-store-writer-factory.js';
import type { OnlineStoreWriter } from '../modules/online-store/online-store-writer.js';
import type { WriterContext, WriterDuty } from './writer-duty.js';

/** Writes the embedded online store for all workers. */
export class OnlineWriteDuty implements WriterDuty {
  private writer: OnlineStoreWriter | undefined;

  /** `addressOf`: where this process will listen, when it starts. */
  constructor(private readonly addressOf: () => string | undefined) {}

  start({ configuration, requests, metrics }: WriterContext): void {
    const { featureStore, salver } = configuration;
    if (!isEmbeddedOnlineStore(featureStore)) return;
    const address = this.addressOf();
    const sizes = metrics.histogram('salver_writer_group_size')?.bind();
    const seconds = metrics.histogram('salver_writer_commit_seconds')?.bind();
    const writer = createOnlineStoreWriter(featureStore, salver, {
      onCommit: ({ writes, durationMs }) => {
        sizes?.observe(writes);
        seconds?.observe(durationMs / 1000);
      },
      noticePath: address === undefined ? undefined : pathBeside(address, NOTICES),
    });
    requests.handle(ONLINE_WRITE, (batch, deadline: Deadline) => writer.write(unpackBatch(batch), deadline));
    this.writer = writer;
  }

  async onStop(): Promise<void> {
    await this.writer?.close();
  }
}
