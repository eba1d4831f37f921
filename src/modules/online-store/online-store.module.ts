import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { createDocumentSearch } from './document-search-factory.js';
import { DocumentSearch } from './document-search.js';
import { createOnlineStore } from './online-store-factory.js';
import { OnlineStore } from './online-store.js';

/** The configured online store, opened once per process and closed after the last request. */
@Module({
  providers: [
    {
      provide: OnlineStore,
      inject: [FeatureStoreConfiguration],
      useFactory: ({ config }: FeatureStoreConfiguration) => createOnlineStore(config.onlineStore),
    },
    {
      provide: DocumentSearch,
      inject: [FeatureStoreConfiguration, SalverConfiguration],
      useFactory: ({ config }: FeatureStoreConfiguration, { config: salver }: SalverConfiguration) =>
        createDocumentSearch(config.onlineStore, salver),
    },
  ],
  exports: [OnlineStore, DocumentSearch],
})
export class OnlineStoreModule implements OnApplicationShutdown {
  constructor(
    private readonly store: OnlineStore,
    private readonly search: DocumentSearch,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await this.search.close();
    await this.store.close();
  }
}
