import { Inject, Logger, Module, type OnApplicationShutdown } from '@nestjs/common';
import { FeatureStoreConfiguration, SalverConfiguration } from '../../common/config/configuration.module.js';
import type { SalverConfig } from '../../common/config/server.config.js';
import { MetricsService } from '../metrics/metrics.service.js';
import type { HistogramName } from '../metrics/server-metrics.js';
import { StaticArtifactsModule } from '../static-artifacts/static-artifacts.module.js';
import { StaticArtifacts } from '../static-artifacts/static-artifacts.js';
import { BlockingWatch } from './blocking-watch.js';
import { type HangLimits, HangGuard } from './hang-guard.js';
import { createTransformations } from './transformations-factory.js';
import { Transformations, type TransformPurpose } from './transformations.js';

const HISTOGRAMS = {
  read: 'feast_feature_server_transformation_duration_seconds',
  write: 'feast_feature_server_write_transformation_duration_seconds',
} as const satisfies Record<TransformPurpose, HistogramName>;

/** Before the primary kills a process that stands still. */
const AHEAD_OF_PRIMARY_MS = 2500;

/** A function may run as long as anybody waits for its request. */
function hangLimits({ server, transformTimeoutMs }: SalverConfig): HangLimits {
  const hangMs = server.hangTimeoutSeconds * 1000;
  const silenceMs = Math.max(hangMs / 2, hangMs - AHEAD_OF_PRIMARY_MS);
  return { silenceMs, functionMs: Math.max(transformTimeoutMs, server.requestTimeoutMs) };
}

@Module({
  imports: [StaticArtifactsModule],
  providers: [
    {
      provide: HangGuard,
      inject: [SalverConfiguration],
      useFactory: ({ config }: SalverConfiguration) => {
        const logger = new Logger('HangGuard');
        return new HangGuard(hangLimits(config), (text) => logger.warn(text));
      },
    },
    {
      provide: Transformations,
      inject: [FeatureStoreConfiguration, SalverConfiguration, StaticArtifacts, MetricsService, HangGuard],
      // oxlint-disable-next-line max-params -- what Nest injects
      useFactory: async (
        { config: featureStore }: FeatureStoreConfiguration,
        { config: salver }: SalverConfiguration,
        staticArtifacts: StaticArtifacts,
        metrics: MetricsService,
        guard: HangGuard,
      ): Promise<Transformations> => {
        const logger = new Logger('Transformations');
        const info = (text: string): void => logger.log(text);
        const warn = (text: string): void => logger.warn(text);
        const watch = new BlockingWatch(metrics.counter('salver_blocking_transformations_total'), warn);
        const transformations = createTransformations(featureStore, salver, {
          artifacts: staticArtifacts.artifacts,
          guard,
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
  exports: [Transformations, HangGuard],
})
export class TransformationsModule implements OnApplicationShutdown {
  constructor(
    @Inject(Transformations) private readonly transformations: Transformations,
    private readonly guard: HangGuard,
  ) {}

  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.transformations.close(), this.guard.close()]);
  }
}
