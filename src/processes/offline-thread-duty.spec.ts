import { join } from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ChannelHarness } from '../../test/support/channel-harness.js';
import { entry } from '../../test/support/offline-rows.js';
import { fileSource } from '../../test/support/offline-sources.js';
import { errorOf } from '../../test/support/stored-rows.js';
import { WriterRepo } from '../../test/support/writer-repo.js';
import { UnavailableError } from '../common/errors/errors.js';
import { MetricSet } from '../modules/metrics/metric-set.js';
import type { MetricSamples } from '../modules/metrics/metrics-report.js';
import { RemoteOfflineStoreWriter } from '../modules/offline-store/remote/remote-offline-store-writer.js';
import { OfflineThreadDuty } from './offline-thread-duty.js';

const entryFile = join(import.meta.dirname, '../../test/support/scripted-offline-thread.mjs');
const harness = new ChannelHarness();
const repo = new WriterRepo();
let duty: OfflineThreadDuty;
let counted: MetricSamples[];
let logged: { level: string; message: string; details: object }[];

async function start(silenceLimitMs?: number): Promise<void> {
  const limit = silenceLimitMs === undefined ? {} : { silenceLimitMs };
  duty = new OfflineThreadDuty((samples) => counted.push(samples), { entry: entryFile, ...limit });
  duty.start({
    configuration: repo.configuration(),
    requests: await harness.listen(),
    metrics: new MetricSet([]),
    log: (level, message, details = {}) => logged.push({ level, message, details }),
  });
}

beforeEach(() => {
  [counted, logged] = [[], []];
});
afterEach(() => duty.onStop(5000));
afterAll(() => repo.remove());

const append = (name: string, timeoutMs = 20_000) =>
  new RemoteOfflineStoreWriter(harness.newClient(), timeoutMs).append(fileSource('rows', { name }), [
    entry({ n: [1] }),
  ]);

describe('the thread for the offline store', () => {
  it('answers, counts and tells', async () => {
    await start();
    expect(await append('counts')).toEqual([]);
    expect(counted).toEqual([[['counter', [['counter', 1]]]]]);
    expect(duty.gauges()).toEqual([['gauge', [['gauge', 7]]]]);
    expect(logged).toEqual([{ level: 'warn', message: 'counted', details: { by: 'thread' } }]);
  });

  it.each([
    ['throws', /a bug/],
    ['ends', /exit code 3/],
  ])('that %s is followed by another one, and the process lives on', async (what, reason) => {
    await start();
    const failed = await errorOf(() => append(what));
    expect(failed).toBeInstanceOf(UnavailableError);
    expect(String(failed)).toMatch(/may have been stored or not/);
    // Asked for before there is another one.
    expect(await append('well')).toEqual([]);
    expect(logged).toEqual([
      {
        level: 'error',
        message: 'the thread for the offline store ended: it is started again',
        details: { delayMs: 100, error: expect.stringMatching(reason) },
      },
    ]);
  });

  it('that hangs is ended, and followed by another one', async () => {
    await start(300);
    const failed = await errorOf(() => append('hangs'));
    expect(String(failed)).toMatch(/may have been stored or not/);
    expect(logged[0]?.details).toMatchObject({ error: expect.stringMatching(/no sign of life/) });
    expect(await append('well')).toEqual([]);
  });

  it('keeps nobody waiting at the end', async () => {
    await start();
    const failed = vi.fn<(error: unknown) => void>();
    const hanging = append('hangs').catch(failed);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const startedMs = performance.now();
    await duty.onStop(300);
    expect(performance.now() - startedMs).toBeLessThan(15_000);
    await hanging;
    expect(failed).toHaveBeenCalledOnce();
  });
});
