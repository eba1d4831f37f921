import { Module } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { AuthModule } from '../auth/auth.module.js';
import { AuditLog } from '../metrics/audit-log.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { OnlineStoreWriter } from '../online-store/online-store-writer.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { RegistryModule } from '../registry/registry.module.js';
import { NoOfflinePushes } from './no-offline-pushes.js';
import { OfflinePushes } from './offline-pushes.js';
import { OnlineWrites } from './online-writes.js';
import { PushController } from './push.controller.js';
import { PushService } from './push.service.js';
import { WriteObserver } from './write-observer.js';
import { WRITE_RULES, type WriteRules, writeRules } from './write-rules.js';
import { WriteTargets } from './write-targets.js';
import { WriteToOnlineStoreService } from './write-to-online-store.service.js';
import { NoWriteTransforms, WriteTransforms } from './write-transforms.js';

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule],
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
      inject: [OnlineStoreWriter],
      useFactory: (writer: OnlineStoreWriter) => new OnlineWrites(writer),
    },
    {
      provide: WriteObserver,
      inject: [MetricsService, RequestMetrics, AuditLog],
      useFactory: (metrics: MetricsService, requests: RequestMetrics, audit: AuditLog) =>
        new WriteObserver(metrics, requests, audit),
    },
    { provide: OfflinePushes, useClass: NoOfflinePushes },
    { provide: WriteTransforms, useClass: NoWriteTransforms },
  ],
})
export class PushModule {}
