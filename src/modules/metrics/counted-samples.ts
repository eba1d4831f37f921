import type { Counter, Histogram, MetricObjectWithValues, MetricValue } from 'prom-client';
import { seriesName, type Sample } from './exposition.codec.js';
import type { MetricSamples } from './metrics-report.js';

type CountedMetric = Counter | Histogram;

/**
 * Takes what metrics have counted, and sets them back to nothing. So what they hold at any moment is what is still
 * to be told.
 *
 * Shape:   metrics that counted nothing are left out; of a histogram that counted, every bucket is there.
 */
export async function takeCounted(metrics: Iterable<CountedMetric>): Promise<MetricSamples> {
  // Nothing may be counted between reading and setting back: both are done before anything is awaited.
  const taken = [...metrics].map((metric) => {
    const values = metric.get();
    metric.reset();
    return values;
  });
  const counted = await Promise.all(taken);
  return counted
    .map((metric) => [metric.name, samplesOf(metric)] as const)
    .filter(([, { length }]) => length > 0);
}

interface NamedValue extends MetricValue<string> {
  readonly metricName?: string;
}

function samplesOf({ name, values }: MetricObjectWithValues<NamedValue>): Sample[] {
  const samples = values.map(({ metricName = name, labels, value }): Sample => [
    seriesName(metricName, labels as Record<string, string | number>),
    value,
  ]);
  return samples.some(([, value]) => value !== 0) ? samples : [];
}
