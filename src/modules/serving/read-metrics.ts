import { FeatureServerError } from '../../common/errors/errors.js';
import type { BoundCount, BoundCounter, BoundObservations } from '../metrics/bound-metrics.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import type { RequestMetrics, RequestSeries } from '../metrics/request-metrics.js';
import type { KeptRowCounts } from '../online-store/online-store.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import { type OnlineResponse, VALUE_STATUSES } from './online-response.js';
import type { SelectionSummary } from './selection-summary.js';

const ENDPOINT = '/get-online-features';

/** Failures that are the store's: an answer that grows too large, for one, is not. */
const STORE_FAILURES: readonly string[] = ['UNAVAILABLE', 'CORRUPT_DATA', 'NOT_FOUND'];

/** The series of a plan, bound once. */
interface PlanSeries {
  readonly request: RequestSeries | undefined;
  /** As in `OnlineResponse.statusCounts`; made when first needed. */
  readonly statuses: (BoundCount | undefined)[];
}

/** What is counted of online reads. */
export class ReadMetrics {
  private readonly seriesOf = new WeakMap<OnlineFeaturesPlan, PlanSeries>();
  private readonly reads: BoundCount | undefined;
  private readonly entityCount: BoundObservations | undefined;
  private readonly readSeconds: BoundObservations | undefined;
  private readonly statusTotal: BoundCounter | undefined;
  private readonly storeErrors: BoundCounter | undefined;
  private readonly nonFiniteCells: BoundCount | undefined;
  private readonly cacheHits: BoundCount | undefined;
  private readonly cacheMisses: BoundCount | undefined;
  /** What was counted of them. */
  private countedRows: KeptRowCounts = { hits: 0, misses: 0 };
  /** Nothing of reads is counted. */
  readonly off: boolean;

  constructor(
    metrics: MetricsService,
    private readonly requests: RequestMetrics,
    private readonly keptRows: KeptRowCounts | undefined,
  ) {
    this.reads = metrics.counter('feast_online_features_request_total')?.bind();
    this.entityCount = metrics.histogram('feast_online_features_entity_count')?.bind();
    this.readSeconds = metrics.histogram('feast_feature_server_online_store_read_duration_seconds')?.bind();
    this.statusTotal = metrics.counter('feast_online_features_status_total');
    this.storeErrors = metrics.counter('salver_store_errors_total');
    this.nonFiniteCells = metrics.counter('salver_non_finite_cells_total')?.bind();
    this.cacheHits = metrics.counter('salver_row_cache_hits_total')?.bind();
    this.cacheMisses = metrics.counter('salver_row_cache_misses_total')?.bind();
    this.off = !this.reads && !requests.of(ENDPOINT);
  }

  /** A read whose names are known begins, whether it will succeed or not. */
  begun(rows: number): void {
    this.reads?.add(1);
    this.entityCount?.observe(rows);
  }

  stored(seconds: number): void {
    this.readSeconds?.observe(seconds);
    if (this.keptRows) this.countKept(this.keptRows);
  }

  storeFailed(error: unknown): void {
    const code = error instanceof FeatureServerError ? error.code : 'INTERNAL';
    if (code === 'INTERNAL' || STORE_FAILURES.includes(code))
      this.storeErrors?.inc({ kind: code.toLowerCase() });
  }

  rendered(plan: OnlineFeaturesPlan, { statusCounts, cells }: OnlineResponse): void {
    if (!this.statusTotal) return;
    const { statuses } = this.planSeries(plan);
    for (let at = 0; at < statusCounts.length; at++) {
      const count = statusCounts[at] as number;
      if (count > 0) (statuses[at] ??= this.bindStatus(this.statusTotal, plan, at)).add(count);
    }
    if (cells.nonFiniteCells > 0) this.nonFiniteCells?.add(cells.nonFiniteCells);
  }

  succeeded(plan: OnlineFeaturesPlan, seconds: number): void {
    this.planSeries(plan).request?.observe('success', seconds);
  }

  /** `summary` is undefined when the names were not known yet. */
  failed(summary: SelectionSummary | undefined, seconds: number): void {
    const size = summary && { features: summary.featureCount, views: summary.viewNames.length };
    this.requests.of(ENDPOINT, size)?.observe('error', seconds);
  }

  private countKept({ hits, misses }: KeptRowCounts): void {
    this.cacheHits?.add(hits - this.countedRows.hits);
    this.cacheMisses?.add(misses - this.countedRows.misses);
    this.countedRows = { hits, misses };
  }

  private planSeries(plan: OnlineFeaturesPlan): PlanSeries {
    let series = this.seriesOf.get(plan);
    if (!series) {
      const { featureCount, viewNames } = plan.summary;
      const request = this.requests.of(ENDPOINT, { features: featureCount, views: viewNames.length });
      series = { request, statuses: [] };
      this.seriesOf.set(plan, series);
    }
    return series;
  }

  private bindStatus(total: BoundCounter, { resolved }: OnlineFeaturesPlan, at: number): BoundCount {
    const view = resolved.views[Math.floor(at / VALUE_STATUSES.length)]?.view.name ?? '';
    const status = VALUE_STATUSES[at % VALUE_STATUSES.length] ?? '';
    return total.bind({ feature_view: view, status: status.toLowerCase() });
  }
}
