import { describe, expect, it } from 'vitest';
import { NotFoundError, PermissionDeniedError, UnavailableError } from '../../common/errors/errors.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import { ANONYMOUS } from '../auth/caller.js';
import { AuditLog } from '../metrics/audit-log.js';
import { BoundCounter, BoundHistogram } from '../metrics/bound-metrics.js';
import { countRange } from '../metrics/count-label.js';
import { takeCounted } from '../metrics/counted-samples.js';
import type {
  CounterDefinition,
  HistogramDefinition,
  MetricDefinition,
} from '../metrics/metric-definition.js';
import { MetricsService } from '../metrics/metrics.service.js';
import { RequestMetrics } from '../metrics/request-metrics.js';
import { SERVER_METRICS } from '../metrics/server-metrics.js';
import { SearchObserver, type SeenSearch } from './search-observer.js';
import type { SearchPlan } from './search-plan.js';

const ALL: readonly MetricDefinition[] = SERVER_METRICS;
const TOTAL = 'feast_feature_server_request_total';
const definition = (name: string) => ALL.find((metric) => metric.name === name);
const PLAN = { view: { name: 'documents' } as AnyFeatureView, features: ['a', 'b'] } as unknown as SearchPlan;

async function observed(search: (seen: SeenSearch) => Promise<string>) {
  const metrics = new MetricsService([
    new BoundCounter(definition(TOTAL) as CounterDefinition),
    new BoundHistogram(definition('feast_feature_server_request_latency_seconds') as HistogramDefinition),
  ]);
  const lines: string[] = [];
  const sink = {
    write: (batch: readonly string[]) => void lines.push(...batch),
    reopen: () => {},
    close: () => {},
  };
  const audit = new AuditLog(sink, { onLost: () => undefined });
  const observer = new SearchObserver(new RequestMetrics(metrics, countRange), audit);
  const outcome = await observer.observe(ANONYMOUS, '/search', search).catch((error: unknown) => error);
  audit.close();
  const samples = new Map((await takeCounted(metrics.all())).flatMap(([, all]) => all));
  const count = (status: string): number =>
    samples.get(`${TOTAL}{endpoint="/search",status="${status}"}`) ?? 0;
  return {
    outcome,
    counted: { success: count('success'), error: count('error') },
    audited: lines.map((line) => JSON.parse(line) as Record<string, unknown>),
  };
}

describe('SearchObserver', () => {
  it('counts and records a search that found something', async () => {
    const { outcome, counted, audited } = await observed((seen) => {
      seen.plan = PLAN;
      seen.documents = 3;
      return Promise.resolve('answer');
    });
    expect([outcome, counted]).toEqual(['answer', { success: 1, error: 0 }]);
    expect(audited).toEqual([
      {
        event: 'document_search',
        timestamp: expect.any(String),
        requestor_id: 'anonymous',
        endpoint: '/search',
        feature_views: ['documents'],
        feature_count: 2,
        document_count: 3,
        status: 'success',
        latency_ms: expect.any(Number),
      },
    ]);
  });

  it.each([
    ['a failure', new UnavailableError('down'), { success: 0, error: 1 }, 1],
    ['a refusal, which has a line of its own', new PermissionDeniedError('no'), { success: 0, error: 1 }, 0],
    [
      'what clients of OpenAI are told, which Feast counts as an answer',
      new NotFoundError('none', { openAiType: 'not_found_error' }),
      { success: 1, error: 0 },
      1,
    ],
    [
      'a model that is down',
      new UnavailableError('x', { openAiType: 'server_error' }),
      { success: 0, error: 1 },
      1,
    ],
  ])('counts %s', async (_what, error, counted, lines) => {
    const seen = await observed(() => Promise.reject(error));
    expect([seen.outcome, seen.counted, seen.audited.length]).toEqual([error, counted, lines]);
  });
});
