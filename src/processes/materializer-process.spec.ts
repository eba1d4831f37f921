import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it, vi } from 'vitest';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import type { FeatureView } from '../common/model/feature-view.js';
import type {
  MaterializationEvent,
  MaterializationJob,
} from '../modules/materialization/materialization-job.js';
import { type MaterializerLimits, MaterializerProcess } from './materializer-process.js';
import { MaterializerStart } from './materializer-start.js';

const ENTRY = fileURLToPath(new URL('../../test/support/scripted-materializer.mjs', import.meta.url));

let started: MaterializerProcess | undefined;

afterEach(async () => {
  vi.unstubAllEnvs();
  started?.kill('the test is over');
  await started?.outcome;
});

function run(id: string, limits: Partial<MaterializerLimits> = {}, start = new MaterializerStart(ENTRY)) {
  const job: MaterializationJob = {
    id,
    project: 'drivers',
    tasks: ['first', 'second'].map((name) => ({
      kind: 'load',
      view: { name } as FeatureView,
      rowVersion: 0,
      pinned: false,
      startMicros: 1,
      endMicros: 2,
    })),
    precomputedServices: [{ name: 'precomputed', viewNames: ['first'] }],
    entityKeySerializationVersion: 3,
    batchRows: null,
    leaseWaitMs: 0,
  };
  const events: MaterializationEvent[] = [];
  const tell = (event: MaterializationEvent): number => events.push(event);
  const materializer = new MaterializerProcess({} as LoadedConfiguration, job, tell, {
    limits,
    start,
  });
  started = materializer;
  const statuses = async () => {
    const { results } = await materializer.outcome;
    return results.map(({ status, reason }) => (reason === undefined ? status : `${status}: ${reason}`));
  };
  return { materializer, events, statuses };
}

describe('MaterializerProcess', () => {
  it('hands on what the process says', async () => {
    const { materializer, statuses } = run('done');
    expect(await statuses()).toEqual(['loaded', 'loaded']);
    expect((await materializer.outcome).staleServices).toEqual(['from-the-process']);
  });

  it('hears the last words of a process that ends at once', async () => {
    const { events, statuses } = run('burst');
    expect(await statuses()).toEqual(['loaded', 'loaded']);
    expect(events).toHaveLength(2000);
  });

  it('takes a process that was ready before there was a job', async () => {
    const start = new MaterializerStart(ENTRY);
    await start.hello;
    expect(await run('done', {}, start).statuses()).toEqual(['loaded', 'loaded']);
  });

  it('says so of a process that had ended before there was a job', async () => {
    const start = new MaterializerStart(ENTRY);
    start.discard();
    expect(await start.ended).toBe('SIGKILL');
    const reason = 'failed: its process ended with SIGKILL';
    expect(await run('done', {}, start).statuses()).toEqual([reason, reason]);
  });

  it('ends a process that does not end by itself', async () => {
    expect(await run('lingers', { graceMs: 50 }).statuses()).toEqual(['loaded', 'loaded']);
  });

  it('says of every view why nothing could be begun', async () => {
    const reason = 'failed: the store cannot be opened';
    expect(await run('failed').statuses()).toEqual([reason, reason]);
  });

  it('keeps what was done before the process was killed, and tells of the rest', async () => {
    const { materializer, events, statuses } = run('killed-in-the-middle');
    expect(await statuses()).toEqual(['loaded', 'failed: its process ended with SIGKILL']);
    expect((await materializer.outcome).staleServices).toEqual(['precomputed']);
    expect(events.map((event) => event.type === 'view-done' && event.result.viewName)).toEqual([
      'first',
      'second',
    ]);
  });

  it('tells of a process that ends without a word', async () => {
    const reason = 'failed: its process ended with exit code 7';
    expect(await run('exits').statuses()).toEqual([reason, reason]);
  });

  it('does not wait for a process that does not start', async () => {
    vi.stubEnv('SALVER_TEST_MUTE', '1');
    const reason = 'failed: its process did not start in time';
    expect(await run('done', { startMs: 300 }).statuses()).toEqual([reason, reason]);
  });

  it('does not wait for a process that gives no sign of life', async () => {
    const reason = 'failed: its process gave no sign of life';
    expect(await run('silent', { silenceMs: 200 }).statuses()).toEqual([reason, reason]);
  });

  it('lets a process end in order when it is cancelled', async () => {
    const { materializer, events, statuses } = run('obedient');
    await vi.waitFor(() => expect(events).toHaveLength(1), 60_000);
    materializer.cancel('not wanted');
    materializer.cancel('said twice');
    expect(await statuses()).toEqual(['loaded', 'cancelled: not wanted']);
  });

  it('ends a process that does not heed', async () => {
    const { materializer, statuses } = run('stubborn', { graceMs: 200 });
    materializer.cancel('not wanted');
    expect(await statuses()).toEqual(['cancelled: not wanted', 'cancelled: not wanted']);
  });

  it('can be ended at once', async () => {
    const { materializer, statuses } = run('stubborn');
    materializer.kill('enough');
    expect(await statuses()).toEqual(['failed: enough', 'failed: enough']);
  });
});
