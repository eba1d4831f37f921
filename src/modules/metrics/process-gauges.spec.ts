import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { MetricSamples } from './metrics-report.js';
import { LoopLag, ProcessGauges } from './process-gauges.js';

beforeEach(() => vi.useFakeTimers({ toFake: ['performance', 'setInterval', 'clearInterval'] }));
afterEach(() => vi.useRealTimers());

const value = (samples: MetricSamples, metric: string): number | undefined => {
  const series = samples.find(([name]) => name === metric)?.[1] ?? [];
  expect(series[0]?.[0]).toBe(`${metric}{pid="${process.pid}"}`);
  return series[0]?.[1];
};
const CPU = 'feast_feature_server_cpu_usage';

describe('ProcessGauges', () => {
  it('tells CPU of the last window of five seconds, 0 before the first has passed', () => {
    const used = vi.spyOn(process, 'cpuUsage').mockReturnValue({ user: 0, system: 0 });
    const lag = new LoopLag();
    const gauges = new ProcessGauges(lag);
    used.mockReturnValue({ user: 1_000_000, system: 500_000 });
    vi.advanceTimersByTime(4999);
    expect(value(gauges.current(), CPU)).toBe(0);
    vi.advanceTimersByTime(1);
    expect(value(gauges.current(), CPU)).toBe(30);
    used.mockReturnValue({ user: 0, system: 0 });
    expect(value(gauges.current(), CPU)).toBe(30);
    vi.advanceTimersByTime(5000);
    expect(value(gauges.current(), CPU)).toBe(0);
    used.mockRestore();
    lag.stop();
  });

  it('tells the share of the memory in percent', () => {
    const lag = new LoopLag();
    const percent = value(new ProcessGauges(lag).current(), 'feast_feature_server_memory_usage') as number;
    expect(percent).toBeGreaterThan(0.01);
    expect(percent).toBeLessThan(100);
    lag.stop();
  });
});

describe('LoopLag', () => {
  it('is the longest time by which a timer was late, since it was last asked', () => {
    vi.useRealTimers();
    const lag = new LoopLag();
    const until = performance.now() + 400;
    while (performance.now() < until);
    return new Promise<void>((resolve) =>
      setTimeout(() => {
        const longestMs = lag.takeLongestMs();
        expect(longestMs).toBeGreaterThan(200);
        expect(longestMs).toBeLessThan(5000);
        lag.stop();
        expect(lag.takeLongestMs()).toBe(0);
        resolve();
      }, 50),
    );
  });
});
