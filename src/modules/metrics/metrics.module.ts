import {
  type DynamicModule,
  Inject,
  Logger,
  Module,
  type OnApplicationShutdown,
  type Provider,
} from '@nestjs/common';
import { getToken, PrometheusModule } from '@willsoto/nestjs-prometheus';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import { AuditLog } from './audit-log.js';
import { createAuditSink } from './audit-sink-factory.js';
import type { BoundCounter, BoundHistogram } from './bound-metrics.js';
import { countRange, exactCount } from './count-label.js';
import { countedMetrics, createMetric } from './metric-set.js';
import { metricSwitches } from './metric-switches.js';
import { MetricsService } from './metrics.service.js';
import { RequestMetrics } from './request-metrics.js';

/** While the audit log cannot be written, the log says so this often. */
const LOST_LINES_LOG_INTERVAL_MS = 10_000;

/**
 * What a process counts: every counter and histogram of the list whose category is on, as a provider of its own. What
 * they hold goes to the primary process, which serves it: nothing is served here.
 */
@Module({})
export class MetricsModule implements OnApplicationShutdown {
  constructor(@Inject(AuditLog) private readonly audit: AuditLog) {}

  static forRoot(configuration: LoadedConfiguration): DynamicModule {
    const switches = metricSwitches(configuration);
    const counted = countedMetrics(switches);
    const { metrics: settings, audit } = configuration.salver;
    return {
      module: MetricsModule,
      global: true,
      imports: switches.metrics ? [prometheusWithoutRoute()] : [],
      providers: [
        // Under the names by which `@InjectMetric` finds them.
        ...counted.map((metric): Provider => ({
          provide: getToken(metric.name),
          useFactory: () => createMetric(metric),
        })),
        {
          provide: MetricsService,
          inject: counted.map(({ name }) => getToken(name)),
          useFactory: (...metrics: (BoundCounter | BoundHistogram)[]) => new MetricsService(metrics),
        },
        {
          provide: RequestMetrics,
          inject: [MetricsService],
          useFactory: (metrics: MetricsService) =>
            new RequestMetrics(metrics, settings.exactFeatureCounts ? exactCount : countRange),
        },
        {
          provide: AuditLog,
          inject: [MetricsService],
          useFactory: (metrics: MetricsService) =>
            auditLog(switches.auditLog ? audit.path : undefined, metrics),
        },
      ],
      exports: [MetricsService, RequestMetrics, AuditLog],
    };
  }

  onApplicationShutdown(): void {
    this.audit.close();
  }
}

/** `register` puts a route at `/metrics` of the feature port. */
function prometheusWithoutRoute(): DynamicModule {
  return { ...PrometheusModule.register({ defaultMetrics: { enabled: false } }), controllers: [] };
}

function auditLog(path: string | undefined, metrics: MetricsService): AuditLog {
  const logger = new Logger(AuditLog.name);
  const lost = metrics.counter('salver_audit_lines_lost_total');
  let loggedAtMs = Number.NEGATIVE_INFINITY;
  return new AuditLog(path === undefined ? undefined : createAuditSink(path), {
    onLost: (lines, error) => {
      lost?.inc(lines);
      if (performance.now() - loggedAtMs < LOST_LINES_LOG_INTERVAL_MS) return;
      loggedAtMs = performance.now();
      logger.error({ lines, error: String(error) }, 'lines of the audit log could not be written');
    },
  });
}
