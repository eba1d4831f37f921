import { Module } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { OnlineFeaturesController } from './online-features.controller.js';
import { OnlineFeaturesService } from './online-features.service.js';
import { PlanCache } from './plan-cache.js';

function planCache({ config }: FeatureStoreConfiguration, salver: SalverConfiguration): PlanCache {
  return new PlanCache({
    onlineVersioning: config.registry.enableOnlineFeatureViewVersioning,
    limits: salver.config.limits,
    entityKeyVersion: config.entityKeySerializationVersion,
  });
}

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule],
  controllers: [OnlineFeaturesController],
  providers: [
    OnlineFeaturesService,
    { provide: PlanCache, inject: [FeatureStoreConfiguration, SalverConfiguration], useFactory: planCache },
  ],
})
export class ServingModule {}
