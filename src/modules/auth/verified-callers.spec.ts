import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { ANONYMOUS, type Caller } from './caller.js';
import { tokenDigest, VerifiedCallers } from './verified-callers.js';

const caller = (subject: string): Caller => ({ ...ANONYMOUS, subject });

/** Counts verifications; tokens that begin with `bad` are refused. */
function memory(maxEntries = 100) {
  const clock = { nowMs: 0 };
  const callers = new VerifiedCallers(maxEntries, () => clock.nowMs);
  let verifications = 0;
  const resolve = async (token: string, lifeMs = 1000) =>
    callers.resolve(token, async () => {
      verifications++;
      await delay(1);
      return token.startsWith('bad')
        ? undefined
        : { caller: caller(token), expiresAtMs: clock.nowMs + lifeMs };
    });
  return { callers, clock, resolve, verifications: () => verifications };
}

describe('VerifiedCallers', () => {
  it('verifies a token once, and answers with the same object', async () => {
    const { resolve, verifications } = memory();
    const first = await resolve('a');
    expect(await resolve('a')).toBe(first);
    expect(first?.subject).toBe('a');
    expect(verifications()).toBe(1);
  });

  it('answers at once when it knows', async () => {
    const { callers, resolve } = memory();
    await resolve('a');
    expect(callers.resolve('a', () => Promise.reject(new Error('not asked')))).toEqual(caller('a'));
  });

  it('recalls a caller by the digest of the token, and tells nobody of one that is not there or has expired', async () => {
    const { callers, clock, resolve } = memory();
    expect(callers.recall(tokenDigest('a'))).toBeUndefined();
    const found = await resolve('a', 1000);
    expect(callers.recall(tokenDigest('a'))).toBe(found);
    expect(callers.recall('a')).toBeUndefined();
    clock.nowMs = 1000;
    expect(callers.recall(tokenDigest('a'))).toBeUndefined();
    expect(callers.size).toBe(0);
    await resolve('a', 1000);
    callers.clear();
    expect(callers.recall(tokenDigest('a'))).toBeUndefined();
  });

  it('verifies the same token once at a time', async () => {
    const { resolve, verifications } = memory();
    const all = await Promise.all(Array.from({ length: 50 }, () => resolve('a')));
    expect(new Set(all).size).toBe(1);
    expect(verifications()).toBe(1);
  });

  it('verifies again when the token has expired', async () => {
    const { clock, resolve, verifications } = memory();
    await resolve('a', 1000);
    clock.nowMs = 999;
    await resolve('a');
    expect(verifications()).toBe(1);
    clock.nowMs = 1000;
    await resolve('a');
    expect(verifications()).toBe(2);
  });

  it('does not remember a token that is refused, nor one that is expired already', async () => {
    const { callers, resolve, verifications } = memory();
    expect(await resolve('bad')).toBeUndefined();
    await resolve('bad');
    await resolve('a', 0);
    await resolve('a', 0);
    expect(verifications()).toBe(4);
    expect(callers.size).toBe(0);
  });

  it('forgets the one that was not used for longest', async () => {
    const { callers, clock, resolve, verifications } = memory(3);
    for (const token of ['a', 'b', 'c', 'a', 'd']) {
      await resolve(token, 60_000);
      clock.nowMs += 1000;
    }
    expect(callers.size).toBe(3);
    for (const token of ['a', 'c', 'd']) await resolve(token);
    expect(verifications()).toBe(4);
    await resolve('b');
    expect(verifications()).toBe(5);
  });

  it('remembers nothing when it is told so', async () => {
    const { callers, resolve } = memory(0);
    await resolve('a');
    expect(callers.size).toBe(0);
  });

  it('is bounded in what tokens hold, too', async () => {
    const { callers, resolve } = memory(1_000_000);
    for (let n = 0; n < 600; n++) await resolve(`${n}`.padEnd(32_768, 'x'));
    expect(callers.size).toBeLessThanOrEqual(512);
    expect(callers.size).toBeGreaterThan(500);
  });

  it('does not take up again what was being verified when all was forgotten', async () => {
    const { callers, resolve } = memory();
    const underWay = resolve('a');
    callers.clear();
    expect((await underWay)?.subject).toBe('a');
    expect(callers.size).toBe(0);
  });

  it('forgets a verification that failed', async () => {
    const { callers } = memory();
    const failing = async () => callers.resolve('a', () => Promise.reject(new Error('down')));
    await expect(failing()).rejects.toThrow('down');
    await expect(failing()).rejects.toThrow('down');
    expect(
      await callers.resolve('a', () => Promise.resolve({ caller: caller('a'), expiresAtMs: 5 })),
    ).toEqual(caller('a'));
  });
});
