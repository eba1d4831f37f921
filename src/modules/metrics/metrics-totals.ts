import { seriesName, writeMetric, type Sample } from './exposition.codec.js';
import type { MetricDefinition } from './metric-definition.js';
import type { MaterializedViews, MetricSamples, MetricsReport } from './metrics-report.js';
import type { GaugeName } from './server-metrics.js';

const FRESHNESS: GaugeName = 'feast_feature_freshness_seconds';

/**
 * What all processes have counted since the start, and what those that live are like now. Reports are added up as
 * they come, so that nothing is lost with a process that ended, and nothing ever goes down.
 */
export class MetricsTotals {
  private readonly counted = new Map<string, Map<string, number>>();
  private readonly gaugesOf = new Map<number, MetricSamples>();
  private materialized: MaterializedViews | undefined;

  constructor(
    private readonly definitions: readonly MetricDefinition[],
    private readonly project: string,
  ) {
    for (const definition of definitions) this.counted.set(definition.name, new Map(zeroSamples(definition)));
  }

  /** `source` is the process, for as long as it lives. */
  add(source: number, { counted, gauges, materialized }: MetricsReport): void {
    for (const [metric, samples] of counted) this.addSamples(metric, samples);
    if (gauges) this.gaugesOf.set(source, gauges);
    if (materialized && materialized.generation >= (this.materialized?.generation ?? 0)) {
      this.materialized = materialized;
    }
  }

  /** What was counted in this process itself. */
  count(metric: string, labels: Readonly<Record<string, string>>): void {
    this.addSamples(metric, [[seriesName(metric, labels), 1]]);
  }

  /** A measured value of this process itself, into the buckets of a histogram. */
  observe(metric: string, labels: Readonly<Record<string, string>>, value: number): void {
    const definition = this.definitions.find(({ name }) => name === metric);
    if (definition === undefined || !('buckets' in definition)) return;
    const bounds: readonly (number | '+Inf')[] = [...definition.buckets, '+Inf'];
    this.addSamples(metric, [
      ...bounds.map((le): Sample => [
        seriesName(`${metric}_bucket`, { ...labels, le }),
        Number(le === '+Inf' || value <= le),
      ]),
      [seriesName(`${metric}_sum`, labels), value],
      [seriesName(`${metric}_count`, labels), 1],
    ]);
  }

  /** The process has ended: what it counted stays. */
  forget(source: number): void {
    this.gaugesOf.delete(source);
  }

  /** `nowMs` since the epoch; `own` are the gauges of this process. */
  exposition(nowMs: number, own: MetricSamples): string {
    const gauges = sumGauges([own, ...this.gaugesOf.values()]);
    let text = '';
    for (const definition of this.definitions) {
      const { name } = definition;
      if (name === FRESHNESS) text += writeMetric(definition, this.freshness(nowMs));
      else if (definition.kind === 'gauge') text += writeMetric(definition, gauges.get(name) ?? []);
      else text += writeMetric(definition, this.countedSamples(definition));
    }
    return text;
  }

  private addSamples(metric: string, samples: readonly Sample[]): void {
    const totals = this.counted.get(metric);
    if (!totals) return;
    for (const [series, value] of samples) totals.set(series, (totals.get(series) ?? 0) + value);
  }

  private countedSamples(definition: MetricDefinition): Iterable<Sample> {
    if (definition.kind !== 'alias') return this.counted.get(definition.name) ?? [];
    const original = this.counted.get(definition.of) ?? [];
    return Array.from(original, ([series, value]): Sample => [
      definition.name + series.slice(definition.of.length),
      value,
    ]);
  }

  private freshness(nowMs: number): Sample[] {
    return Array.from(this.materialized?.endMs ?? [], ([view, endMs]): Sample => [
      seriesName(FRESHNESS, { feature_view: view, project: this.project }),
      (nowMs - endMs) / 1000,
    ]);
  }
}

/** A metric without labels is there from the start, as in Feast also when its category is off. */
function zeroSamples({ kind, name, labels, ...rest }: MetricDefinition): Sample[] {
  if (labels.length > 0) return [];
  if (kind === 'counter') return [[name, 0]];
  if (!('buckets' in rest)) return [];
  const bounds = [...rest.buckets, '+Inf'];
  const buckets = bounds.map((le): Sample => [seriesName(`${name}_bucket`, { le }), 0]);
  return [...buckets, [`${name}_sum`, 0], [`${name}_count`, 0]];
}

function sumGauges(processes: readonly MetricSamples[]): ReadonlyMap<string, ReadonlyMap<string, number>> {
  const sums = new Map<string, Map<string, number>>();
  for (const [metric, samples] of processes.flat()) {
    const series = sums.get(metric) ?? new Map<string, number>();
    sums.set(metric, series);
    for (const [name, value] of samples) series.set(name, (series.get(name) ?? 0) + value);
  }
  return sums;
}
