import { Module } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { OnlineStore } from '../online-store/online-store.js';
import { RegistryModule } from '../registry/registry.module.js';
import { OnlineFeaturesController } from './online-features.controller.js';
import { OnlineFeaturesService } from './online-features.service.js';
import { PlanCache } from './plan-cache.js';
import { planOptions } from './plan-options.js';

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule],
  controllers: [OnlineFeaturesController],
  providers: [
    OnlineFeaturesService,
    {
      provide: PlanCache,
      inject: [FeatureStoreConfiguration, SalverConfiguration, OnlineStore],
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        { capabilities }: OnlineStore,
      ) => new PlanCache(planOptions(config, salver, capabilities)),
    },
  ],
})
export class ServingModule {}
