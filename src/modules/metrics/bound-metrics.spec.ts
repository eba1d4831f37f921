import { Counter, Histogram } from 'prom-client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { BoundCounter, BoundHistogram } from './bound-metrics.js';
import { takeCounted } from './counted-samples.js';

const COUNTER = { kind: 'counter', name: 'c_total', help: 'c', labels: ['a'], category: 'always' } as const;
const HISTOGRAM = {
  kind: 'histogram',
  name: 'h',
  help: 'h',
  labels: ['a'],
  category: 'always',
  buckets: [0.5, 1, 5],
} as const;

describe('series that are bound once', () => {
  it('say what the same series of prom-client say', async () => {
    const ours = [new BoundCounter(COUNTER), new BoundHistogram(HISTOGRAM)] as const;
    const theirs = [
      new Counter({ name: 'c_total', help: 'c', labelNames: ['a'], registers: [] }),
      new Histogram({ name: 'h', help: 'h', labelNames: ['a'], buckets: [0.5, 1, 5], registers: [] }),
    ] as const;
    const values = fc.array(fc.tuple(fc.constantFrom('x', 'y'), fc.integer({ min: 1, max: 60 })));
    await fc.assert(
      fc.asyncProperty(values, async (observed) => {
        for (const [a, tenths] of observed) {
          ours[0].bind({ a }).add(tenths);
          ours[1].bind({ a }).observe(tenths / 10);
          theirs[0].labels({ a }).inc(tenths);
          theirs[1].labels({ a }).observe(tenths / 10);
        }
        const [mine, reference] = [await takeCounted(ours), await takeCounted(theirs)];
        const flat = (counted: typeof mine) => new Map(counted.flatMap(([, samples]) => samples));
        expect(flat(mine)).toEqual(flat(reference));
      }),
    );
  });

  it('count together with what is counted the usual way', async () => {
    const counter = new BoundCounter(COUNTER);
    counter.bind({ a: 'x' }).add(2);
    counter.inc({ a: 'x' }, 3);
    const [[, samples]] = (await takeCounted([counter])) as [[string, [string, number][]]];
    expect(samples.reduce((sum, [, value]) => sum + value, 0)).toBe(5);
  });

  it('are the same for the same labels, so that plans may come and go', () => {
    const counter = new BoundCounter(COUNTER);
    expect(counter.bind({ a: 'x' })).toBe(counter.bind({ a: 'x' }));
    expect(counter.bind({ a: 'x' })).not.toBe(counter.bind({ a: 'y' }));
  });
});

describe('takeCounted', () => {
  it('takes everything once, whatever is counted while it waits', async () => {
    const counter = new BoundCounter({ ...COUNTER, labels: [] });
    const histogram = new BoundHistogram({ ...HISTOGRAM, labels: [] });
    const [count, time] = [counter.bind(), histogram.bind()];
    const sums = { counted: 0, observed: 0 };
    const add = (counted: Awaited<ReturnType<typeof takeCounted>>): void => {
      for (const [series, value] of counted.flatMap(([, samples]) => samples)) {
        if (series === 'c_total') sums.counted += value;
        if (series === 'h_count') sums.observed += value;
      }
    };
    const takes: Promise<void>[] = [];
    for (let n = 0; n < 500; n++) {
      count.add(1);
      time.observe(1);
      counter.inc();
      if (n % 7 === 0) takes.push(takeCounted([counter, histogram]).then(add));
      if (n % 11 === 0) await Promise.resolve();
    }
    await Promise.all(takes);
    add(await takeCounted([counter, histogram]));
    expect(sums).toEqual({ counted: 1000, observed: 500 });
    expect(await takeCounted([counter, histogram])).toEqual([]);
  });
});
