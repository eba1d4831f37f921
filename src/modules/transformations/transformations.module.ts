import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { HistogramName } from '../metrics/server-metrics.js';
import { StaticArtifactsModule } from '../static-artifacts/static-artifacts.module.js';
import { StaticArtifacts } from '../static-artifacts/static-artifacts.js';
import { BlockingWatch } from './blocking-watch.js';
import { createTransformations } from './transformations-factory.js';
import { Transformations, type TransformPurpose } from './transformations.js';

const HISTOGRAMS = {
  read: 'feast_feature_server_transformation_duration_seconds',
  write: 'feast_feature_server_write_transformation_duration_seconds',
} as const satisfies Record<TransformPurpose, HistogramName>;

@Module({
  imports: [StaticArtifactsModule],
  providers: [
    {
      provide: Transformations,
      inject: [FeatureStoreConfiguration, SalverConfiguration, StaticArtifacts, MetricsService],
      useFactory: async (
        { config: featureStore }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        staticArtifacts: StaticArtifacts,
        metrics: MetricsService,
      ): Promise<Transformations> => {
        const logger = new Logger('Transformations');
        const info = (text: string): void => logger.log(text);
        const warn = (text: string): void => logger.warn(text);
        const watch = new BlockingWatch(metrics.counter('salver_blocking_transformations_total'), warn);
        const transformations = createTransformations(featureStore, salver, {
          artifacts: staticArtifacts.artifacts,
          info,
          warn,
          pythonOutput: { info, warn },
          onPythonArtifacts: (problem) => staticArtifacts.notePython(problem),
          observer: ({ name, mode }, purpose) => {
            const series = metrics.histogram(HISTOGRAMS[purpose])?.bind({ odfv_name: name, mode });
            return series && ((seconds) => series.observe(seconds));
          },
          onBlocked: (viewName, milliseconds) => watch.blocked(viewName, milliseconds),
        });
        try {
          await transformations.begin();
        } catch (error) {
          await transformations.close();
          throw error;
        }
        return transformations;
      },
    },
  ],
  exports: [Transformations],
})
export class TransformationsModule implements OnApplicationShutdown {
  constructor(@Inject(Transformations) private readonly transformations: Transformations) {}

  async onApplicationShutdown(): Promise<void> {
    await this.transformations.close();
  }
}
