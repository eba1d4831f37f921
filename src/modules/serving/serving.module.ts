import { Module } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { AccessPolicy } from '../auth/access-policy.js';
import { AuthModule } from '../auth/auth.module.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { OnlineStore } from '../online-store/online-store.js';
import { RegistryModule } from '../registry/registry.module.js';
import { AuthorizedPlans } from './authorized-plans.js';
import { OnlineFeaturesController } from './online-features.controller.js';
import { OnlineFeaturesService } from './online-features.service.js';
import { PlanCache } from './plan-cache.js';
import { planOptions, readAccessRules } from './plan-options.js';

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule],
  controllers: [OnlineFeaturesController],
  providers: [
    OnlineFeaturesService,
    {
      provide: AuthorizedPlans,
      inject: [FeatureStoreConfiguration, SalverConfiguration, OnlineStore, AccessPolicy],
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        { capabilities }: OnlineStore,
        policy: AccessPolicy,
      ) => {
        const plans = new PlanCache(planOptions(config, salver, capabilities));
        return new AuthorizedPlans(plans, policy, readAccessRules(config, salver));
      },
    },
  ],
})
export class ServingModule {}
