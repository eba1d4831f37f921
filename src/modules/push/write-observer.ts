import { PermissionDeniedError } from '../../common/errors/errors.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { Caller } from '../auth/caller.js';
import type { AuditLog } from '../metrics/audit-log.js';
import type { MetricsService } from '../metrics/metrics.service.js';
import { requestorId } from '../metrics/refusal-audit.js';
import type { Outcome, RequestMetrics, RequestSeries } from '../metrics/request-metrics.js';
import type { PushMode } from './push-mode.js';

export const PUSH_ENDPOINT = '/push';
export const WRITE_ENDPOINT = '/write-to-online-store';

/** A write as it becomes known, step by step. */
export interface ObservedWrite {
  readonly caller: Caller;
  readonly endpoint: typeof PUSH_ENDPOINT | typeof WRITE_ENDPOINT;
  /** Of a push. */
  readonly pushSource?: string;
  to: PushMode;
  rows: number;
  views: readonly AnyFeatureView[];
}

/** Watches writes for the metrics and the audit log. */
export class WriteObserver {
  private readonly pushes;
  private readonly pushSeries: RequestSeries | undefined;

  constructor(
    metrics: MetricsService,
    requests: RequestMetrics,
    private readonly audit: AuditLog,
  ) {
    this.pushes = metrics.counter('feast_push_request_total');
    // As in Feast, which does not count requests of the other route.
    this.pushSeries = requests.of(PUSH_ENDPOINT);
  }

  /** Waits for a write, and tells how it ended. */
  async outcome<T>(write: ObservedWrite, startedMs: number, work: Promise<T>): Promise<T> {
    try {
      const answer = await work;
      this.ended(write, 'success', performance.now() - startedMs);
      return answer;
    } catch (error) {
      const durationMs = performance.now() - startedMs;
      // A refusal has a line of its own in the audit log.
      if (error instanceof PermissionDeniedError) this.count(write, 'error', durationMs);
      else this.ended(write, 'error', durationMs);
      throw error;
    }
  }

  private ended(write: ObservedWrite, outcome: Outcome, durationMs: number): void {
    this.count(write, outcome, durationMs);
    this.record(write, outcome, durationMs);
  }

  private count({ pushSource, to }: ObservedWrite, outcome: Outcome, durationMs: number): void {
    if (pushSource === undefined) return;
    this.pushSeries?.observe(outcome, durationMs / 1000);
    if (outcome === 'success') this.pushes?.bind({ push_source: pushSource, mode: to }).add(1);
  }

  private record(
    { caller, endpoint, pushSource, to, rows, views }: ObservedWrite,
    status: Outcome,
    durationMs: number,
  ): void {
    if (!this.audit.on) return;
    this.audit.record({
      event: 'feature_write',
      requestor_id: requestorId(caller),
      endpoint,
      ...(pushSource === undefined ? {} : { push_source: pushSource }),
      to,
      feature_views: views.map(({ name }) => name),
      row_count: rows,
      status,
      duration_ms: Math.round(durationMs * 100) / 100,
    });
  }
}
