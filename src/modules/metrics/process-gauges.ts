import { totalmem } from 'node:os';
import { seriesName, type Sample } from './exposition.codec.js';
import type { MetricSamples } from './metrics-report.js';
import type { GaugeName } from './server-metrics.js';

/** As often as Feast looks at its processes. */
const WINDOW_MS = 5000;

/** What a process uses, and how late its timers are: measured over windows of five seconds. */
export class ProcessGauges {
  private readonly pid = String(process.pid);
  private windowStartMs = performance.now();
  private cpuAtStart = process.cpuUsage();
  private lagSeconds = 0;
  private samples: MetricSamples;

  constructor(private readonly lag: LoopLag) {
    this.samples = this.take(0);
  }

  /** Of the last whole window; CPU is 0 in the first, as in Feast. */
  current(): MetricSamples {
    const windowMs = performance.now() - this.windowStartMs;
    if (windowMs >= WINDOW_MS) {
      const { user, system } = process.cpuUsage(this.cpuAtStart);
      this.windowStartMs += windowMs;
      this.cpuAtStart = process.cpuUsage();
      this.lagSeconds = this.lag.takeLongestMs() / 1000;
      this.samples = this.take((user + system) / 10 / windowMs);
    }
    return this.samples;
  }

  private take(cpuPercent: number): MetricSamples {
    const memoryPercent = (process.memoryUsage.rss() / totalmem()) * 100;
    return [
      this.own('feast_feature_server_cpu_usage', Math.round(cpuPercent * 10) / 10),
      this.own('feast_feature_server_memory_usage', memoryPercent),
      this.own('salver_event_loop_lag_seconds', this.lagSeconds),
    ];
  }

  private own(name: GaugeName, value: number): readonly [string, readonly Sample[]] {
    return [name, [[seriesName(name, { pid: this.pid }), value]]];
  }
}

const TICK_MS = 100;

/** How much later than planned a timer runs, at the longest: what a request may have waited for others. */
export class LoopLag {
  private readonly timer: NodeJS.Timeout;
  private lastTickMs = performance.now();
  private longestMs = 0;

  constructor() {
    this.timer = setInterval(() => this.tick(), TICK_MS).unref();
  }

  /** Since it was last asked; whole milliseconds. */
  takeLongestMs(): number {
    const longestMs = Math.round(this.longestMs);
    this.longestMs = 0;
    return longestMs;
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tick(): void {
    const nowMs = performance.now();
    this.longestMs = Math.max(this.longestMs, nowMs - this.lastTickMs - TICK_MS);
    this.lastTickMs = nowMs;
  }
}
