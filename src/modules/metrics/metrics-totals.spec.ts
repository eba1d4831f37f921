import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseExposition, sample } from '../../../test/support/exposition.js';
import type { MetricsReport } from './metrics-report.js';
import { MetricsTotals } from './metrics-totals.js';
import { SERVER_METRICS } from './server-metrics.js';

const READS = 'feast_online_features_request_total';
const NOTHING: MetricsReport = { counted: [], gauges: undefined, materialized: undefined };
const reads = (count: number): MetricsReport => ({ ...NOTHING, counted: [[READS, [[READS, count]]]] });
const totals = () => new MetricsTotals(SERVER_METRICS, 'drivers');
const exposed = (of: MetricsTotals, nowMs = 0) => parseExposition(of.exposition(nowMs, []));

describe('MetricsTotals', () => {
  it('adds up what processes report, and never goes down, whoever ends', () => {
    const step = fc.oneof(
      fc.record({ report: fc.nat(5), count: fc.nat(1000) }),
      fc.record({ forget: fc.nat(5) }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const all = totals();
        let [expected, before] = [0, 0];
        for (const one of steps) {
          if ('forget' in one) all.forget(one.forget);
          else {
            all.add(one.report, reads(one.count));
            expected += one.count;
          }
          const now = sample(exposed(all), READS);
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
        expect(before).toBe(expected);
      }),
    );
  });

  it('shows gauges of processes that live, adds those of the same labels, with what is its own', () => {
    const all = totals();
    const lag = 'salver_event_loop_lag_seconds';
    for (const pid of [1, 2]) {
      all.add(pid, {
        ...NOTHING,
        gauges: [
          [lag, [[`${lag}{pid="${pid}"}`, pid]]],
          ['salver_open_connections', [['salver_open_connections', 10]]],
        ],
      });
    }
    all.add(2, NOTHING);
    const own = parseExposition(all.exposition(0, [[lag, [[`${lag}{pid="9"}`, 9]]]]));
    expect([...(own.get(lag)?.samples ?? [])]).toEqual([
      [`${lag}{pid="9"}`, 9],
      [`${lag}{pid="1"}`, 1],
      [`${lag}{pid="2"}`, 2],
    ]);
    expect(sample(own, 'salver_open_connections')).toBe(20);
    all.forget(1);
    expect([...(exposed(all).get(lag)?.samples.keys() ?? [])]).toEqual([`${lag}{pid="2"}`]);
    expect(sample(exposed(all), 'salver_open_connections')).toBe(10);
  });

  it('computes freshness when it is asked, by the newest registry; views that are gone vanish', () => {
    const all = totals();
    const name = 'feast_feature_freshness_seconds';
    const series = (view: string) => `${name}{feature_view="${view}",project="drivers"}`;
    const until = (generation: number, ...views: [string, number][]): MetricsReport => ({
      ...NOTHING,
      materialized: { generation, endMs: new Map(views) },
    });
    all.add(1, until(2, ['a', 1000], ['b', 9000]));
    // A worker that is late tells of an older registry.
    all.add(2, until(1, ['a', 0], ['deleted', 0]));
    expect([...(exposed(all, 5000).get(name)?.samples ?? [])]).toEqual([
      [series('a'), 4],
      [series('b'), -4],
    ]);
    all.add(2, until(3, ['b', 9000]));
    expect([...(exposed(all, 6000).get(name)?.samples ?? [])]).toEqual([[series('b'), -3]]);
  });

  it('shows materializations under both of their names', () => {
    const all = totals();
    const labels = '{feature_view="v",status="success"}';
    const name = 'feast_materialization_result_total';
    all.add(1, { ...NOTHING, counted: [[name, [[name + labels, 2]]]] });
    const metrics = exposed(all);
    expect(sample(metrics, name, name + labels)).toBe(2);
    expect(metrics.get('feast_materialization_total')).toEqual({
      type: 'counter',
      samples: new Map([[`feast_materialization_total${labels}`, 2]]),
    });
  });

  it('counts what happens in its own process, and ignores metrics that it does not know', () => {
    const all = totals();
    all.count('salver_worker_restarts_total', { reason: 'killed' });
    all.add(1, { ...NOTHING, counted: [['of_another_version', [['of_another_version', 1]]]] });
    const metrics = exposed(all);
    expect(
      sample(metrics, 'salver_worker_restarts_total', 'salver_worker_restarts_total{reason="killed"}'),
    ).toBe(1);
    expect(metrics.has('of_another_version')).toBe(false);
  });
});
