import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseExposition } from '../../../test/support/exposition.js';
import { sampleText } from './exposition.codec.js';
import type { MetricDefinition } from './metric-definition.js';
import { SERVER_METRICS } from './server-metrics.js';

const ALL: readonly MetricDefinition[] = SERVER_METRICS;
const RECORDED = parseExposition(
  readFileSync('test/fixtures/conformance/metrics/flag-workers-2.after.txt', 'utf8'),
);

/** Of Feast, but not in the recording, which has no on-demand view that tracks metrics; and the older name. */
const NOT_RECORDED = [
  'feast_feature_server_transformation_duration_seconds',
  'feast_feature_server_write_transformation_duration_seconds',
  'feast_materialization_total',
];

const labelsOf = (series: string): string[] =>
  [...series.matchAll(/([a-z_]+)="/g)].map(([, label]) => label as string);

describe('the list of metrics', () => {
  it('holds those of Feast, and others under our own prefix', () => {
    const feast = ALL.map(({ name }) => name).filter((name) => name.startsWith('feast_'));
    expect(feast.toSorted()).toEqual([...RECORDED.keys(), ...NOT_RECORDED].toSorted());
    const ours = ALL.map(({ name }) => name).filter((name) => !name.startsWith('feast_'));
    expect(ours.filter((name) => !name.startsWith('salver_'))).toEqual([]);
  });

  it.each([...RECORDED])('has %s as it was recorded: type, labels, buckets', (name, { type, samples }) => {
    const definition = ALL.find((candidate) => candidate.name === name) as MetricDefinition;
    expect(definition.kind).toBe(type);
    for (const series of samples.keys()) {
      const labels = labelsOf(series).filter((label) => label !== 'le');
      expect(labels.toSorted()).toEqual(definition.labels.toSorted());
    }
    if (definition.kind !== 'histogram') return;
    const bounds = new Set([...samples.keys()].flatMap((series) => /le="([^"]+)"/.exec(series)?.[1] ?? []));
    expect([...bounds]).toEqual([...definition.buckets.map(sampleText), '+Inf']);
  });

  it('keeps to the conventions of Prometheus in our own names', () => {
    for (const { name, kind, help } of ALL.filter((metric) => metric.name.startsWith('salver_'))) {
      expect(name.endsWith('_total')).toBe(kind === 'counter');
      expect(help).not.toMatch(/\.$/);
    }
  });
});
