import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { Deadline } from './deadline.js';

const late = () => new Error('too late');

describe('work within a deadline', () => {
  it('has its outcome when it ends before', async () => {
    const deadline = Deadline.after(10_000);
    expect(await deadline.limit(Promise.resolve(7), late)).toBe(7);
    await expect(deadline.limit(Promise.reject(new Error('a bug')), late)).rejects.toThrow('a bug');
  });

  it('is not waited for any longer, and may fail later', async () => {
    const deadline = Deadline.after(20);
    const work = sleep(60).then(() => {
      throw new Error('a bug');
    });
    await expect(deadline.limit(work, late)).rejects.toThrow('too late');
    // A timer may be a millisecond early.
    expect(deadline.remainingMs()).toBeLessThanOrEqual(1);
    // A rejection that nobody handles would fail the run.
    await sleep(80);
  });
});
