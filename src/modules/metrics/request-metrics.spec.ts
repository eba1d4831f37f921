import { describe, expect, it } from 'vitest';
import { BoundCounter, BoundHistogram } from './bound-metrics.js';
import { takeCounted } from './counted-samples.js';
import { countRange, exactCount } from './count-label.js';
import type { CounterDefinition, HistogramDefinition, MetricDefinition } from './metric-definition.js';
import { MetricsService } from './metrics.service.js';
import { RequestMetrics } from './request-metrics.js';
import { SERVER_METRICS } from './server-metrics.js';

const ALL: readonly MetricDefinition[] = SERVER_METRICS;
const definition = (name: string) => ALL.find((metric) => metric.name === name);

function service(): MetricsService {
  return new MetricsService([
    new BoundCounter(definition('feast_feature_server_request_total') as CounterDefinition),
    new BoundHistogram(definition('feast_feature_server_request_latency_seconds') as HistogramDefinition),
  ]);
}

async function latencySeries(metrics: MetricsService): Promise<string[]> {
  const counted = await takeCounted(metrics.all());
  const names = counted.flatMap(([, samples]) => samples.map(([series]) => series));
  return names.filter((series) => series.includes('_seconds_count'));
}

describe('RequestMetrics', () => {
  it('counts by route, outcome and size', async () => {
    const metrics = service();
    const requests = new RequestMetrics(metrics, countRange);
    requests.of('/push')?.observe('error', 0.2);
    requests.of('/get-online-features', { features: 7, views: 1 })?.observe('success', 0.2);
    const samples = new Map((await takeCounted(metrics.all())).flatMap(([, all]) => all));
    const total = 'feast_feature_server_request_total';
    expect(samples.get(`${total}{endpoint="/push",status="error"}`)).toBe(1);
    expect(samples.get(`${total}{endpoint="/get-online-features",status="success"}`)).toBe(1);
    const latency = 'feast_feature_server_request_latency_seconds';
    expect(
      samples.get(
        `${latency}_sum{endpoint="/get-online-features",feature_count="6-10",feature_view_count="1"}`,
      ),
    ).toBe(0.2);
    expect(samples.get(`${latency}_count{endpoint="/push",feature_count="",feature_view_count=""}`)).toBe(1);
  });

  it('stops making exact series when there are very many', async () => {
    const metrics = service();
    const requests = new RequestMetrics(metrics, exactCount);
    for (let features = 1; features <= 5000; features++) {
      requests.of('/get-online-features', { features, views: 1 })?.observe('success', 0.001);
    }
    const series = await latencySeries(metrics);
    expect(series.length).toBeGreaterThan(900);
    expect(series.length).toBeLessThan(1100);
    expect(series.some((name) => name.includes('feature_count="1001+"'))).toBe(true);
  });

  it('has nothing to count with when requests are off', () => {
    expect(new RequestMetrics(new MetricsService([]), countRange).of('/push')).toBeUndefined();
  });
});
