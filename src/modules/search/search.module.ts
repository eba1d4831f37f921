import { dirname } from 'node:path';
import { Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import {
  EmbeddingKeyConfiguration,
  FeatureStoreConfiguration,
  SalverConfiguration,
} from '../../common/config/configuration.module.js';
import { AccessPolicy } from '../auth/access-policy.js';
import { AuthModule } from '../auth/auth.module.js';
import { AuditLog } from '../metrics/audit-log.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { DocumentSearch } from '../online-store/document-search.js';
import { OnlineStoreModule } from '../online-store/online-store.module.js';
import { OnlineStore } from '../online-store/online-store.js';
import { RegistryModule } from '../registry/registry.module.js';
import { RegistryService } from '../registry/registry.service.js';
import { statusRules } from '../serving/online-features.plan.js';
import { readAccessRules } from '../serving/plan-options.js';
import { ReadAccess } from '../serving/read-access.js';
import { DocumentFinder } from './document-finder.js';
import { createEmbeddingProvider } from './embeddings/embedding-provider-factory.js';
import { SearchController } from './search.controller.js';
import { SearchObserver } from './search-observer.js';
import { SearchPlanner } from './search-planner.js';
import { SearchService } from './search.service.js';
import { VectorStoresController } from './vector-stores.controller.js';
import { VectorStoreParts, VectorStoresService } from './vector-stores.service.js';

@Module({
  imports: [AuthModule, OnlineStoreModule, RegistryModule],
  controllers: [SearchController, VectorStoresController],
  providers: [
    SearchService,
    VectorStoresService,
    {
      provide: SearchPlanner,
      inject: [FeatureStoreConfiguration, SalverConfiguration, AccessPolicy, RegistryService],
      // oxlint-disable-next-line max-params -- what the planner is made of
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        policy: AccessPolicy,
        registry: RegistryService,
      ) => {
        const rules = readAccessRules(config, salver);
        const { onlineStore } = config;
        return new SearchPlanner({
          registry,
          onlineStore,
          access: new ReadAccess(policy, rules),
          versioning: rules.versioning,
        });
      },
    },
    {
      provide: DocumentFinder,
      inject: [FeatureStoreConfiguration, SalverConfiguration, DocumentSearch, OnlineStore],
      useFactory: (
        { config }: FeatureStoreConfiguration,
        { config: { readSemantics, limits } }: SalverConfiguration,
        search: DocumentSearch,
        store: OnlineStore,
      ) =>
        new DocumentFinder(search, store, {
          entityKeyVersion: config.entityKeySerializationVersion,
          statuses: statusRules({ readSemantics, ...store.capabilities }, false),
          answerBytes: limits.answerBytes,
        }),
    },
    {
      provide: SearchObserver,
      inject: [RequestMetrics, AuditLog],
      useFactory: (requests: RequestMetrics, audit: AuditLog) => new SearchObserver(requests, audit),
    },
    {
      provide: VectorStoreParts,
      inject: [FeatureStoreConfiguration, SalverConfiguration, EmbeddingKeyConfiguration, SearchObserver],
      // oxlint-disable-next-line max-params -- what the parts are made of
      useFactory: async (
        { config }: FeatureStoreConfiguration,
        { config: { embedding } }: SalverConfiguration,
        { apiKey }: EmbeddingKeyConfiguration,
        observer: SearchObserver,
      ): Promise<VectorStoreParts> => {
        const logger = new Logger('Embeddings');
        const log = {
          info: (text: string) => logger.log(text),
          warn: (text: string) => logger.warn(text),
        };
        const directory = dirname(config.yamlPath);
        const surroundings = { apiKey, directory, log };
        return {
          observer,
          embeddings: await createEmbeddingProvider(config.embeddingModel, embedding, surroundings),
        };
      },
    },
  ],
})
export class SearchModule implements OnApplicationShutdown {
  constructor(private readonly parts: VectorStoreParts) {}

  onApplicationShutdown(): void {
    this.parts.embeddings.close();
  }
}
