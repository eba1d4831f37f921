import type { Caller } from '../auth/caller.js';
import { FeatureServerError, PermissionDeniedError } from '../../common/errors/errors.js';
import type { AuditLog } from '../metrics/audit-log.js';
import { requestorId } from '../metrics/refusal-audit.js';
import type { Outcome, RequestMetrics } from '../metrics/request-metrics.js';
import type { SearchPlan } from './search-plan.js';

/** What a search has come to so far. */
export interface SeenSearch {
  plan: SearchPlan | undefined;
  documents: number;
}

/** Watches searches for the metrics and the audit log. */
export class SearchObserver {
  constructor(
    private readonly requests: RequestMetrics,
    private readonly audit: AuditLog,
  ) {}

  async observe<T>(caller: Caller, endpoint: string, search: (seen: SeenSearch) => Promise<T>): Promise<T> {
    const startedMs = performance.now();
    const seen: SeenSearch = { plan: undefined, documents: 0 };
    const ended = (outcome: Outcome): number => {
      const seconds = (performance.now() - startedMs) / 1000;
      this.requests.of(endpoint)?.observe(outcome, seconds);
      return Math.round(seconds * 100_000) / 100;
    };
    try {
      const answer = await search(seen);
      this.record(caller, endpoint, { ...seen, status: 'success', latencyMs: ended('success') });
      return answer;
    } catch (error) {
      const latencyMs = ended(isAnswer(error) ? 'success' : 'error');
      // A refusal has a line of its own.
      if (!(error instanceof PermissionDeniedError)) {
        this.record(caller, endpoint, { ...seen, status: 'error', latencyMs });
      }
      throw error;
    }
  }

  private record(
    caller: Caller,
    endpoint: string,
    {
      plan,
      documents,
      status,
      latencyMs,
    }: SeenSearch & { readonly status: 'success' | 'error'; readonly latencyMs: number },
  ): void {
    if (!this.audit.on) return;
    this.audit.record({
      event: 'document_search',
      requestor_id: requestorId(caller),
      endpoint,
      feature_views: plan ? [plan.view.name] : [],
      feature_count: plan?.features.length ?? 0,
      document_count: documents,
      status,
      latency_ms: latencyMs,
    });
  }
}

/** Feast counts what it answers to clients of OpenAI as a success, whatever it says. */
function isAnswer(error: unknown): boolean {
  return (
    error instanceof FeatureServerError && error.openAiType !== undefined && error.code !== 'UNAVAILABLE'
  );
}
