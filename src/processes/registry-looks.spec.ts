import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import type { RegistryLook } from '../modules/registry/registry-poller.js';
import { RegistryLooks } from './registry-looks.js';

/** A poller whose looks end as the test says. */
class ScriptedPoller {
  looks = 0;
  lastError: string | undefined;

  constructor(private readonly ends: (look: number) => RegistryLook | Promise<RegistryLook>) {}

  async refreshNow(): Promise<RegistryLook> {
    return this.ends(++this.looks);
  }

  status() {
    const { lastError } = this;
    return { generation: 1, acceptedAtMs: 0, lastCheckedAtMs: 0, lastError };
  }
}

describe('looks at the registry', () => {
  it('are shared by all who ask before one begins, and not with those who ask later', async () => {
    const poller = new ScriptedPoller(async (): Promise<RegistryLook> => {
      await sleep(50);
      return 'unchanged';
    });
    const looks = new RegistryLooks(poller);
    const first = Promise.all([1, 2, 3].map(() => looks.look()));
    await sleep(20);
    expect(poller.looks).toBe(1);
    // It may not see what was changed since it began.
    const second = Promise.all([1, 2, 3, 4].map(() => looks.look()));
    await first;
    expect(poller.looks).toBe(1);
    await second;
    expect(poller.looks).toBe(2);
  });

  it('are no more than ten in a second', async () => {
    const poller = new ScriptedPoller(() => 'accepted');
    const looks = new RegistryLooks(poller);
    const startMs = performance.now();
    for (let n = 0; n < 5; n++) expect(await looks.look()).toBeUndefined();
    expect(performance.now() - startMs).toBeGreaterThan(390);
  });

  it('are made again when what they found is believed only twice', async () => {
    const poller = new ScriptedPoller((look) => (look === 1 ? 'suspicious' : 'accepted'));
    expect(await new RegistryLooks(poller).look()).toBeUndefined();
    expect(poller.looks).toBe(2);
  });

  it.each(['rejected', 'missing', 'failed'] as const)('say why when the registry is %s', async (end) => {
    const poller = new ScriptedPoller(() => end);
    poller.lastError = 'what is wrong';
    expect(await new RegistryLooks(poller).look()).toBe('what is wrong');
  });

  it('say that the server ends', async () => {
    expect(await new RegistryLooks(new ScriptedPoller(() => 'stopped')).look()).toBe(
      'the server is about to end',
    );
  });
});
