import { Module } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { AccessPolicy } from '../auth/access-policy.js';
import { AuthModule } from '../auth/auth.module.js';
import { AuditLog } from '../metrics/audit-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { OnlineStoreWriter } from '../online-store/online-store-writer.js';
import { PrecomputedVectors } from '../online-store/precomputed-vectors.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { OnlineStore } from '../online-store/online-store.js';
import { RegistryModule } from '../registry/registry.module.js';
import { TransformationsModule } from '../transformations/transformations.module.js';
import { Transformations } from '../transformations/transformations.js';
import { OnlineFeaturesController } from './online-features.controller.js';
import { OnlineFeaturesService } from './online-features.service.js';
import { PlanCache } from './plan-cache.js';
import { planOptions, readAccessRules } from './plan-options.js';
import { createPrecomputedVectors } from './precomputed/precomputed-vectors-factory.js';
import { ReadAccess } from './read-access.js';
import { ReadMetrics } from './read-metrics.js';
import { ReadObserver } from './read-observer.js';
import { ReadPlanner } from './read-planner.js';

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule, TransformationsModule],
  controllers: [OnlineFeaturesController],
  exports: [PrecomputedVectors],
  providers: [
    OnlineFeaturesService,
    {
      provide: PrecomputedVectors,
      inject: [OnlineStore, OnlineStoreWriter, FeatureStoreConfiguration, SalverConfiguration],
      useFactory: (
        reader: OnlineStore,
        writer: OnlineStoreWriter,
        { config: featureStore }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
      ) => createPrecomputedVectors({ featureStore, salver }, { reader, writer, tables: undefined }),
    },
    ReadPlanner,
    {
      provide: PlanCache,
      inject: [FeatureStoreConfiguration, SalverConfiguration, OnlineStore, Transformations],
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        { capabilities }: OnlineStore,
        transformations: Transformations,
      ) => new PlanCache(planOptions(config, salver, capabilities, transformations)),
    },
    {
      provide: ReadAccess,
      inject: [FeatureStoreConfiguration, SalverConfiguration, AccessPolicy],
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        policy: AccessPolicy,
      ) => new ReadAccess(policy, readAccessRules(config, salver)),
    },
    {
      provide: ReadObserver,
      inject: [MetricsService, RequestMetrics, AuditLog, OnlineStore],
      // oxlint-disable-next-line max-params -- what Nest injects
      useFactory: (
        metrics: MetricsService,
        requests: RequestMetrics,
        audit: AuditLog,
        { keptRows }: OnlineStore,
      ) => new ReadObserver(new ReadMetrics(metrics, requests, keptRows), audit),
    },
  ],
})
export class ServingModule {}
