import { type CountLabel, countRange } from './count-label.js';
import type { MetricsService } from './metrics.service.js';

/** `error`: an exception left the handler, whatever its status. */
export type Outcome = 'success' | 'error';

/** The requests of one route, of one size. */
export interface RequestSeries {
  observe(outcome: Outcome, seconds: number): void;
}

/** How many features of how many views a read asks for. */
export interface ReadSize {
  readonly features: number;
  readonly views: number;
}

/** Exact numbers are label values for so many sizes; what comes later is counted by ranges, so that memory is bounded. */
const MAX_EXACT_SIZES = 1000;

/** Counts and times requests. What is refused before its work begins (401, a body of the wrong shape) is not counted. */
export class RequestMetrics {
  private readonly known = new Map<string, RequestSeries | undefined>();

  constructor(
    private readonly metrics: MetricsService,
    private readonly countLabel: CountLabel,
  ) {}

  /** `size` only for reads. Undefined when requests are not counted. */
  of(endpoint: string, size?: ReadSize): RequestSeries | undefined {
    const label = this.known.size < MAX_EXACT_SIZES ? this.countLabel : countRange;
    const features = size ? label(size.features) : '';
    const views = size ? label(size.views) : '';
    const key = `${endpoint} ${features} ${views}`;
    if (!this.known.has(key)) this.known.set(key, this.bind(endpoint, features, views));
    return this.known.get(key);
  }

  private bind(endpoint: string, features: string, views: string): RequestSeries | undefined {
    const total = this.metrics.counter('feast_feature_server_request_total');
    const latency = this.metrics.histogram('feast_feature_server_request_latency_seconds');
    if (!total || !latency) return undefined;
    const outcomes = {
      success: total.bind({ endpoint, status: 'success' }),
      error: total.bind({ endpoint, status: 'error' }),
    };
    const time = latency.bind({ endpoint, feature_count: features, feature_view_count: views });
    return {
      observe(outcome, seconds) {
        outcomes[outcome].add(1);
        time.observe(seconds);
      },
    };
  }
}
