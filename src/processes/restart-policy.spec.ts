import { describe, expect, it } from 'vitest';
import { RestartPolicy } from './restart-policy.js';

describe('RestartPolicy', () => {
  it('waits longer and longer for workers that end young, then gives up', () => {
    const policy = new RestartPolicy();
    const delays = Array.from({ length: 9 }, () => policy.nextDelayMs(500));
    expect(delays).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000, undefined]);
  });

  it('replaces a worker that served for long at once, however many did', () => {
    const policy = new RestartPolicy();
    for (let n = 0; n < 100; n++) expect(policy.nextDelayMs(60_000)).toBe(100);
  });

  it('forgets young ends after one worker that lived', () => {
    const policy = new RestartPolicy();
    for (let n = 0; n < 8; n++) policy.nextDelayMs(500);
    policy.nextDelayMs(60_000);
    expect(policy.nextDelayMs(500)).toBe(100);
  });
});
