import { Module, type OnApplicationShutdown } from '@nestjs/common';
import { FeatureStoreConfiguration } from '../../common/config/configuration.module.js';
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
  ],
  exports: [OnlineStore],
})
export class OnlineStoreModule implements OnApplicationShutdown {
  constructor(private readonly store: OnlineStore) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
