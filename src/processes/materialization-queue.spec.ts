import { describe, expect, it } from 'vitest';
import type { LoadedConfiguration } from '../common/config/load-configuration.js';
import { Deadline } from '../common/model/deadline.js';
import type { MaterializationJob, ViewTask } from '../modules/materialization/materialization-job.js';
import type { JobRecord, JobSubmission } from '../modules/materialization/materialization-jobs.js';
import { MaterializationQueue } from './materialization-queue.js';

const SOON = Deadline.after(5000);

function queueOf(settings: { maxJobs?: number; maxQueued?: number; history?: number } = {}) {
  const ended: JobRecord[] = [];
  const views: string[] = [];
  const materialization = { maxJobs: 1, maxQueued: 10, history: 10, timeoutSeconds: 60, ...settings };
  let goOn: Promise<void> = Promise.resolve();
  const queue = new MaterializationQueue({
    configuration: () => ({ salver: { materialization } }) as LoadedConfiguration,
    events: {
      onStarted: () => undefined,
      onSaid: () => undefined,
      onViewDone: ({ viewName, status }) => views.push(`${viewName} ${status}`),
      onEnded: async (job) => {
        await goOn;
        ended.push(job);
      },
    },
  });
  return { queue, ended, views, hold: (until: Promise<void>): void => void (goOn = until) };
}

/** Of views of which there is nothing to load, so that no process is needed. */
function submission(
  id: string,
  viewNames: readonly string[],
  change: Partial<ViewTask> & Partial<JobSubmission> = {},
): JobSubmission {
  const { whenBusy = 'wait', kind = 'skip' } = change;
  const tasks = viewNames.map(
    (viewName) => ({ kind, viewName, startMicros: 2, endMicros: 1, reason: 'of a test' }) as ViewTask,
  );
  const job = { id, project: 'drivers', tasks, precomputedServices: [] } as unknown as MaterializationJob;
  return { job, requestor: 'somebody', whenBusy };
}

describe('MaterializationQueue', () => {
  it('tells how a job went to whoever waits for it, after everybody else was told', async () => {
    const { queue, ended, views } = queueOf();
    expect(await queue.submit(submission('one', ['first', 'second']))).toEqual({ kind: 'accepted' });
    const job = await queue.ended('one', SOON);
    expect(job).toMatchObject({
      id: 'one',
      status: 'succeeded',
      viewNames: ['first', 'second'],
      results: [{ status: 'skipped' }, { status: 'skipped' }],
    });
    expect(ended).toEqual([job]);
    expect(views).toEqual(['first skipped', 'second skipped']);
  });

  it('calls a job failed of which a view is refused', async () => {
    const { queue } = queueOf();
    await queue.submit(submission('one', ['first'], { kind: 'refuse' }));
    expect(await queue.ended('one', SOON)).toMatchObject({
      status: 'failed',
      results: [{ status: 'refused', failure: 'NOT_SUPPORTED', reason: 'of a test' }],
    });
  });

  it('has an answer for a job of no views', async () => {
    const { queue } = queueOf();
    await queue.submit(submission('none', []));
    expect(await queue.ended('none', SOON)).toMatchObject({ status: 'succeeded', results: [] });
  });

  it('forgets the oldest jobs', async () => {
    const { queue } = queueOf({ history: 2 });
    for (const id of ['one', 'two', 'three']) {
      await queue.submit(submission(id, ['view']));
      await queue.ended(id, SOON);
    }
    expect((await queue.list()).map(({ id }) => id).toSorted()).toEqual(['three', 'two']);
    expect(await queue.find('one')).toBeUndefined();
    expect(await queue.ended('one', SOON)).toBeUndefined();
    expect(await queue.cancel('one', 'not wanted', SOON)).toBeUndefined();
  });

  it('stops waiting when the time is up, and the job goes on', async () => {
    const { queue, hold } = queueOf();
    const { promise, resolve } = Promise.withResolvers<void>();
    hold(promise);
    await queue.submit(submission('one', ['first']));
    const early = await queue.ended('one', Deadline.after(20));
    expect(early?.id).toBe('one');
    resolve();
    expect(await queue.ended('one', SOON)).toMatchObject({ status: 'succeeded' });
  });

  it('takes nothing more when it is stopped', async () => {
    const { queue } = queueOf();
    await queue.stop('the server is stopping', 100);
    expect(await queue.submit(submission('late', ['first']))).toEqual({
      kind: 'refused',
      reason: 'no more jobs: the server is stopping',
    });
  });
});
