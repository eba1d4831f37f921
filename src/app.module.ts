import { type DynamicModule, Module } from '@nestjs/common';
import { configurationModule } from './common/config/configuration.module.js';
import type { LoadedConfiguration } from './common/config/load-configuration.js';
import { processLinksModule, type ProcessLinks } from './process-links.module.js';
import { AuthModule } from './modules/auth/auth.module.js';
import { HealthModule } from './modules/health/health.module.js';
import { MaterializationModule } from './modules/materialization/materialization.module.js';
import { MetricsModule } from './modules/metrics/metrics.module.js';
import { OnlineStoreModule } from './modules/online-store/online-store.module.js';
import { PushModule } from './modules/push/push.module.js';
import { RegistryModule } from './modules/registry/registry.module.js';
import { SearchModule } from './modules/search/search.module.js';
import { ServingModule } from './modules/serving/serving.module.js';

/** The composition root: every module once. */
@Module({})
export class AppModule {
  static forRoot(configuration: LoadedConfiguration, links: ProcessLinks = {}): DynamicModule {
    return {
      module: AppModule,
      imports: [
        configurationModule(configuration),
        processLinksModule(links),
        MetricsModule.forRoot(configuration),
        RegistryModule,
        OnlineStoreModule,
        AuthModule,
        ServingModule,
        PushModule,
        MaterializationModule,
        SearchModule,
        HealthModule,
      ],
    };
  }
}
