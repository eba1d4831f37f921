import { Module } from '@nestjs/common';
import { FeatureStoreConfiguration } from '../../common/config/configuration.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { OnlineFeaturesController } from './online-features.controller.js';
import { OnlineFeaturesService } from './online-features.service.js';
import { PlanCache } from './plan-cache.js';

function planCache({ config }: FeatureStoreConfiguration): PlanCache {
  return new PlanCache({
    onlineVersioning: config.registry.enableOnlineFeatureViewVersioning,
    entityKeyVersion: config.entityKeySerializationVersion,
  });
}

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule],
  controllers: [OnlineFeaturesController],
  providers: [
    OnlineFeaturesService,
    { provide: PlanCache, inject: [FeatureStoreConfiguration], useFactory: planCache },
  ],
})
export class ServingModule {}
