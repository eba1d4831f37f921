import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { WriterLink } from '../../common/channel/writer-link.js';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { AuditLog } from '../metrics/audit-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { OnlineStoreWriter } from '../online-store/online-store-writer.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { PrecomputedVectors } from '../online-store/precomputed-vectors.js';
import { RegistryModule } from '../registry/registry.module.js';
import { createServingOfflinePushes, type OpenOfflinePushes } from './offline-pushes-factory.js';
import { OfflinePushes } from './offline-pushes.js';
import { OnlineWrites } from './online-writes.js';
import { PushController } from './push.controller.js';
import { PushService } from './push.service.js';
import { TransformationsModule } from '../transformations/transformations.module.js';
import { ServingModule } from '../serving/serving.module.js';
import { tellOfStaleVectors } from './stale-vectors.js';
import { WriteObserver } from './write-observer.js';
import { WRITE_RULES, type WriteRules, writeRules } from './write-rules.js';
import { WriteTargets } from './write-targets.js';
import { WriteToOnlineStoreService } from './write-to-online-store.service.js';

const OPEN_OFFLINE_PUSHES = Symbol('OpenOfflinePushes');

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule, ServingModule, TransformationsModule],
  controllers: [PushController],
  providers: [
    PushService,
    WriteToOnlineStoreService,
    {
      provide: WRITE_RULES,
      inject: [FeatureStoreConfiguration, SalverConfiguration],
      useFactory: ({ config }: FeatureStoreConfiguration, { config: salver }: SalverConfiguration) =>
        writeRules(config, salver),
    },
    {
      provide: WriteTargets,
      inject: [WRITE_RULES],
      useFactory: ({ layout }: WriteRules) => new WriteTargets(layout),
    },
    {
      provide: OnlineWrites,
      inject: [OnlineStoreWriter, PrecomputedVectors, MetricsService],
      useFactory: (writer: OnlineStoreWriter, vectors: PrecomputedVectors, metrics: MetricsService) =>
        new OnlineWrites(writer, vectors, tellOfStaleVectors(metrics)),
    },
    {
      provide: WriteObserver,
      inject: [MetricsService, RequestMetrics, AuditLog],
      useFactory: (metrics: MetricsService, requests: RequestMetrics, audit: AuditLog) =>
        new WriteObserver(metrics, requests, audit),
    },
    {
      provide: OPEN_OFFLINE_PUSHES,
      inject: [FeatureStoreConfiguration, SalverConfiguration, WriterLink],
      useFactory: (
        { config: featureStore }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        { channel }: WriterLink,
      ) => createServingOfflinePushes({ featureStore, salver }, channel),
    },
    {
      provide: OfflinePushes,
      inject: [OPEN_OFFLINE_PUSHES],
      useFactory: ({ pushes }: OpenOfflinePushes) => pushes,
    },
  ],
})
export class PushModule implements OnApplicationShutdown {
  constructor(@Inject(OPEN_OFFLINE_PUSHES) private readonly offline: OpenOfflinePushes) {}

  async onApplicationShutdown(): Promise<void> {
    await this.offline.close();
  }
}
