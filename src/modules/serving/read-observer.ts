import { PermissionDeniedError } from '../../common/errors/errors.js';
import type { Caller } from '../auth/caller.js';
import type { OnlineReadEvent } from '../metrics/audit-event.js';
import type { AuditLog } from '../metrics/audit-log.js';
import { requestorId } from '../metrics/refusal-audit.js';
import type { OnlineFeaturesPlan } from './online-features.plan.js';
import type { OnlineFeaturesRequest } from './online-features.request.js';
import type { OnlineResponse } from './online-response.js';
import type { ReadMetrics } from './read-metrics.js';
import { type SelectionSummary, summarizeReferences } from './selection-summary.js';

/** Watches reads for the metrics and the audit log. */
export class ReadObserver {
  private readonly off: boolean;

  constructor(
    private readonly metrics: ReadMetrics,
    private readonly audit: AuditLog,
  ) {
    this.off = metrics.off && !audit.on;
  }

  /** Undefined when nobody wants to know. */
  begin(caller: Caller, request: OnlineFeaturesRequest): ObservedRead | undefined {
    return this.off
      ? undefined
      : new ObservedRead({ metrics: this.metrics, audit: this.audit }, caller, request);
  }
}

interface ReadSinks {
  readonly metrics: ReadMetrics;
  readonly audit: AuditLog;
}

/** One read, step by step. */
export class ObservedRead {
  private readonly startedMs = performance.now();
  private storeStartedMs = 0;
  private inStore = false;
  private plan: OnlineFeaturesPlan | undefined;

  constructor(
    private readonly sinks: ReadSinks,
    private readonly caller: Caller,
    private readonly request: OnlineFeaturesRequest,
  ) {}

  /** Runs the read, and tells how it ended. */
  outcome<T>(read: () => T | Promise<T>): T | Promise<T> {
    try {
      const answer = read();
      if (!(answer instanceof Promise)) return this.succeeded(answer);
      return answer.then(
        (value) => this.succeeded(value),
        (error: unknown) => this.failed(error),
      );
    } catch (error) {
      return this.failed(error);
    }
  }

  /** The names are known, and the caller may read them. */
  resolved(plan: OnlineFeaturesPlan): void {
    this.plan = plan;
    this.sinks.metrics.begun(this.rows);
  }

  storeBegins(): void {
    this.inStore = true;
    this.storeStartedMs = performance.now();
  }

  storeEnds(): void {
    this.inStore = false;
    this.sinks.metrics.stored((performance.now() - this.storeStartedMs) / 1000);
  }

  /** Counts now: the response is used again for another read. */
  rendered(response: OnlineResponse): void {
    if (this.plan) this.sinks.metrics.rendered(this.plan, response);
  }

  private succeeded<T>(answer: T): T {
    const { plan } = this;
    if (plan) this.sinks.metrics.succeeded(plan, this.seconds());
    this.recordEvent('success', plan?.summary);
    return answer;
  }

  private failed(error: unknown): never {
    const { metrics } = this.sinks;
    const denied = error instanceof PermissionDeniedError;
    const summary = this.plan?.summary ?? (denied ? undefined : this.namedSummary());
    // As in Feast, which looks for single features only after it has counted them.
    if (!this.plan && summary) metrics.begun(this.rows);
    if (this.inStore) metrics.storeFailed(error);
    metrics.failed(summary, this.seconds());
    // A refusal has a line of its own, whatever was asked for.
    if (!denied) this.recordEvent('error', summary);
    throw error;
  }

  /** What the references say of themselves; undefined for a service, and for references that are none. */
  private namedSummary(): SelectionSummary | undefined {
    if (this.request.featureService !== undefined) return undefined;
    try {
      return summarizeReferences(this.request.features);
    } catch {
      return undefined;
    }
  }

  private recordEvent(status: OnlineReadEvent['status'], summary: SelectionSummary | undefined): void {
    const { audit } = this.sinks;
    if (!audit.on) return;
    const { featureService, entities } = this.request;
    audit.record({
      event: 'online_feature_request',
      requestor_id: requestorId(this.caller),
      entity_keys: [...entities.keys()],
      entity_count: this.rows,
      feature_views: summary?.viewNames ?? [],
      feature_count: summary?.featureCount ?? 0,
      status,
      latency_ms: Math.round(this.seconds() * 100_000) / 100,
      ...(summary === undefined && featureService !== undefined ? { feature_service: featureService } : {}),
    });
  }

  /** Of the first column, as in Feast. */
  private get rows(): number {
    for (const column of this.request.entities.values()) return column.length;
    return 0;
  }

  private seconds(): number {
    return (performance.now() - this.startedMs) / 1000;
  }
}
