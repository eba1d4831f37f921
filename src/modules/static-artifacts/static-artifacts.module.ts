import { Logger, Module } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { StaticArtifacts } from './static-artifacts.js';

/** Nest waits for the provider: nothing is served before the artifacts are there. */
@Module({
  providers: [
    {
      provide: StaticArtifacts,
      inject: [FeatureStoreConfiguration, SalverConfiguration],
      useFactory: (
        { config: { repoDir } }: FeatureStoreConfiguration,
        { config: { artifacts } }: SalverConfiguration,
      ): Promise<StaticArtifacts> => {
        const logger = new Logger('StaticArtifacts');
        return StaticArtifacts.load(
          { repoDir, limitMs: artifacts.loadTimeoutSeconds * 1000, strict: artifacts.strict },
          { info: (text) => logger.log(text), warn: (text) => logger.warn(text) },
        );
      },
    },
  ],
  exports: [StaticArtifacts],
})
export class StaticArtifactsModule {}
