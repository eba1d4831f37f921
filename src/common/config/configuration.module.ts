import { type DynamicModule, Module } from '@nestjs/common';
import { ConfigModule, registerAs } from '@nestjs/config';
import type { AuthEnvironment } from './auth-environment.js';
import { featureStoreConfig } from './feature-store.config.js';
import type { FeatureStoreConfig } from './feature-store.js';
import type { LoadedConfiguration } from './load-configuration.js';
import { salverConfig } from './salver.config.js';
import type { SalverConfig } from './server.config.js';

/** Type and token of what `feature_store.yaml` says. */
export abstract class FeatureStoreConfiguration {
  abstract readonly config: FeatureStoreConfig;
}

/** Type and token of Salver's own settings. */
export abstract class SalverConfiguration {
  abstract readonly config: SalverConfig;
}

/** Type and token of what authentication takes from the environment. */
export abstract class AuthEnvironmentConfiguration {
  abstract readonly config: AuthEnvironment;
}

/** Type and token of the key of the embedding API. */
export abstract class EmbeddingKeyConfiguration {
  abstract readonly apiKey: string | null;
}

@Module({})
class ConfigurationModule {}

/**
 * Makes the loaded configuration known to the whole application. Nothing is read here: neither files nor variables.
 *
 * Shape:   injected as `FeatureStoreConfiguration` and `SalverConfiguration`, or by the keys of
 *          `featureStoreConfig` and `salverConfig`.
 */
export function configurationModule(loaded: LoadedConfiguration): DynamicModule {
  const load = [
    registerAs('featureStore', () => loaded.featureStore),
    registerAs('salver', () => loaded.salver),
  ];
  return {
    module: ConfigurationModule,
    global: true,
    imports: [
      ConfigModule.forRoot({
        load,
        isGlobal: true,
        ignoreEnvFile: true,
        ignoreEnvVars: true,
        skipProcessEnv: true,
      }),
    ],
    providers: [
      {
        provide: FeatureStoreConfiguration,
        inject: [featureStoreConfig.KEY],
        useFactory: (config: FeatureStoreConfig): FeatureStoreConfiguration => ({ config }),
      },
      {
        provide: SalverConfiguration,
        inject: [salverConfig.KEY],
        useFactory: (config: SalverConfig): SalverConfiguration => ({ config }),
      },
      { provide: AuthEnvironmentConfiguration, useValue: { config: loaded.authEnvironment } },
      { provide: EmbeddingKeyConfiguration, useValue: { apiKey: loaded.embeddingApiKey } },
    ],
    exports: [
      FeatureStoreConfiguration,
      SalverConfiguration,
      AuthEnvironmentConfiguration,
      EmbeddingKeyConfiguration,
    ],
  };
}
