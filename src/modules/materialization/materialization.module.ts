import { Module } from '@nestjs/common';
import { FeatureStoreConfiguration } from '../../common/config/configuration.module.js';
import { AccessPolicy } from '../auth/access-policy.js';
import { AuthModule } from '../auth/auth.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { RegistryService } from '../registry/registry.service.js';
import { MaterializationController } from './materialization.controller.js';
import { MaterializationJobsController } from './materialization-jobs.controller.js';
import { MaterializationJobsService } from './materialization-jobs.service.js';
import { MaterializationPlanner } from './materialization-planner.js';
import { MaterializationService } from './materialization.service.js';

/** Materialization over HTTP. The jobs run elsewhere. */
@Module({
  imports: [AuthModule, RegistryModule],
  controllers: [MaterializationController, MaterializationJobsController],
  providers: [
    MaterializationService,
    MaterializationJobsService,
    {
      provide: MaterializationPlanner,
      inject: [RegistryService, AccessPolicy, FeatureStoreConfiguration],
      useFactory: (
        registry: RegistryService,
        policy: AccessPolicy,
        featureStore: FeatureStoreConfiguration,
      ) => new MaterializationPlanner(registry, policy, featureStore),
    },
  ],
})
export class MaterializationModule {}
