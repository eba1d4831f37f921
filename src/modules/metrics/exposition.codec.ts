import { pythonFloatText } from '../../common/codec/number-text.js';
import type { MetricDefinition } from './metric-definition.js';

/** The text format 0.0.4 of Prometheus. */
export const EXPOSITION_CONTENT_TYPE = 'text/plain; version=0.0.4; charset=utf-8';

/** From this many digits before the point on, a number has an exponent. */
const MOST_DIGITS = 6;

/** One number of a metric: `name{label="value"}` and the value. */
export type Sample = readonly [series: string, value: number];

/**
 * The name of a series as it stands in the text, which also is its identity.
 *
 * Shape:   labels in alphabetical order, whatever the order they are given in.
 */
export function seriesName(name: string, labels: Readonly<Record<string, string | number>>): string {
  const names = Object.keys(labels);
  if (names.length === 0) return name;
  const pairs = names.toSorted().map((label) => `${label}="${escapeLabel(labelText(labels[label]))}"`);
  return `${name}{${pairs.join(',')}}`;
}

/** One metric with its samples; nothing for a metric without any, as in Feast. */
export function writeMetric({ name, kind, help }: MetricDefinition, samples: Iterable<Sample>): string {
  let lines = '';
  for (const [series, value] of samples) lines += `${series} ${sampleText(value)}\n`;
  if (lines === '') return '';
  const type = kind === 'alias' ? 'counter' : kind;
  return `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines}`;
}

/**
 * A number as the Python client of Prometheus writes it, in values and as an upper bound: dashboards that name a
 * bucket by `le="1.0"` go on working.
 *
 * Shape: `1.0`, `0.005`, `2.5515466334425e+07`, `+Inf`.
 */
export function sampleText(value: number): string {
  if (value === Number.POSITIVE_INFINITY) return '+Inf';
  if (value === Number.NEGATIVE_INFINITY) return '-Inf';
  if (Number.isNaN(value)) return 'NaN';
  const text = pythonFloatText(value);
  const point = text.indexOf('.');
  if (value <= 0 || point <= MOST_DIGITS || text.includes('e')) return text;
  const digits = `${text[0]}.${text.slice(1, point)}${text.slice(point + 1)}`.replace(/\.?0+$/, '');
  return `${digits}e+${String(point - 1).padStart(2, '0')}`;
}

function labelText(value: string | number | undefined): string {
  return typeof value === 'number' ? sampleText(value) : (value ?? '');
}

function escapeLabel(text: string): string {
  return /[\\"\n]/.test(text)
    ? text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')
    : text;
}

function escapeHelp(text: string): string {
  return text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
}
