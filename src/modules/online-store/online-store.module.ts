import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { createDocumentSearch } from './document-search-factory.js';
import { DocumentSearch } from './document-search.js';
import { createOnlineStore } from './online-store-factory.js';
import { WriterLink } from '../../common/channel/writer-link.js';
import { createServingOnlineStoreWriter } from './online-store-writer-factory.js';
import { OnlineStoreWriter } from './online-store-writer.js';
import { OnlineStore } from './online-store.js';

/** The configured online store and its writing side, opened once per process and closed after the last request. */
@Module({
  providers: [
    {
      provide: OnlineStore,
      inject: [FeatureStoreConfiguration, SalverConfiguration],
      useFactory: ({ config }: FeatureStoreConfiguration, { config: salver }: SalverConfiguration) =>
        createOnlineStore(config.onlineStore, salver),
    },
    {
      provide: OnlineStoreWriter,
      inject: [FeatureStoreConfiguration, SalverConfiguration, WriterLink],
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        { channel }: WriterLink,
      ) => createServingOnlineStoreWriter(config, salver, channel),
    },
    {
      provide: DocumentSearch,
      inject: [FeatureStoreConfiguration, SalverConfiguration, WriterLink],
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        { channel }: WriterLink,
      ) => createDocumentSearch(config.onlineStore, salver, channel?.address),
    },
  ],
  exports: [OnlineStore, OnlineStoreWriter, DocumentSearch],
})
export class OnlineStoreModule implements OnApplicationShutdown {
  constructor(
    private readonly store: OnlineStore,
    private readonly writer: OnlineStoreWriter,
    private readonly search: DocumentSearch,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.search.close();
    await Promise.all([this.store.close(), this.writer.close()]);
  }
}
