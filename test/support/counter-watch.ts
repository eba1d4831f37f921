import { setTimeout as delay } from 'node:timers/promises';
import { scrape } from './exposition.ts';

/** Scrapes all the time, and keeps the series of counters and histograms that went down. */
export class CounterWatch {
  readonly wentDown: string[] = [];
  scrapes = 0;
  private last = new Map<string, number>();
  private stopped = false;
  private readonly watching: Promise<void>;

  constructor(url: string) {
    this.watching = this.watch(url);
    // It is looked at when the watch is stopped.
    this.watching.catch(() => undefined);
  }

  async stop(): Promise<void> {
    this.stopped = true;
    await this.watching;
  }

  private async watch(url: string): Promise<void> {
    while (!this.stopped) {
      const metrics = [...(await scrape(url)).values()].filter(({ type }) => type !== 'gauge');
      const now = new Map(metrics.flatMap(({ samples }) => [...samples]));
      for (const [series, value] of this.last) {
        if ((now.get(series) ?? -1) < value) this.wentDown.push(`${series} ${value} ${now.get(series)}`);
      }
      this.last = now;
      this.scrapes++;
      await delay(50);
    }
  }
}
