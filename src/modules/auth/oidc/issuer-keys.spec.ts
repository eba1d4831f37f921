import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { within } from '../../../../test/support/salver-process.js';
import { sendJson, signingKey, TestIssuer } from '../../../../test/support/test-issuer.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.js';
import { IssuerSource } from './issuer-source.js';

const OPTIONS: IssuerKeysOptions = { lifespanMs: 60_000, maxStaleMs: 60_000, cooldownMs: 60_000 };
const FIRST = await signingKey('first');
const SECOND = await signingKey('second');

let issuer: TestIssuer;
let opened: IssuerKeys[] = [];
let told: string[];
let clockMs: number;

beforeEach(async () => {
  issuer = new TestIssuer();
  issuer.keys = [FIRST.jwk];
  await issuer.start();
  told = [];
  clockMs = 0;
});
afterEach(async () => {
  for (const keys of opened) keys.close();
  opened = [];
  await issuer.stop();
});

function keysOf(options: Partial<IssuerKeysOptions> = {}): IssuerKeys {
  const source = new IssuerSource({
    discoveryUrl: issuer.discoveryUrl,
    verifyCertificate: true,
    caPath: undefined,
    timeoutMs: 5000,
    env: {},
  });
  const keys = new IssuerKeys(
    source,
    { ...OPTIONS, ...options },
    {
      onKeyRemoved: () => void told.push('removed'),
      onOutage: (reason) => void told.push(reason),
      onRecovery: () => void told.push('recovered'),
    },
    () => performance.now() + clockMs,
  );
  opened.push(keys);
  return keys;
}

const HEADER = { alg: 'RS256' };
const has = async (keys: IssuerKeys, kid: string) => {
  const { find } = await keys.current();
  return Promise.resolve(find({ ...HEADER, kid }, {} as never)).then(
    () => true,
    () => false,
  );
};

describe('IssuerKeys', () => {
  it('fetches once for all who ask at the same time', async () => {
    const keys = keysOf();
    keys.start();
    await Promise.all(Array.from({ length: 50 }, () => keys.current()));
    expect(issuer.requests).toEqual({ discovery: 1, keys: 1 });
    expect(keys.usable).toBe(true);
  });

  it('takes of the announced algorithms those that are asymmetric', async () => {
    expect((await keysOf().current()).algorithms).toEqual(['RS256', 'PS256', 'ES256']);
  });

  it.each([undefined, ['HS256', 'none'], []])('takes RS256 where %j is announced', async (algorithms) => {
    issuer.algorithms = algorithms;
    expect((await keysOf().current()).algorithms).toEqual(['RS256']);
  });

  it('looks for unknown keys at most once in the cooldown, however many are named', async () => {
    const keys = keysOf();
    await keys.current();
    await Promise.all(Array.from({ length: 200 }, () => keys.afterUnknownKey()));
    for (let n = 0; n < 20; n++) await keys.afterUnknownKey();
    expect(issuer.requests.keys).toBe(2);
    clockMs += OPTIONS.cooldownMs;
    await keys.afterUnknownKey();
    expect(issuer.requests.keys).toBe(3);
  });

  it('finds a new key without a restart, and forgets one that is gone', async () => {
    const keys = keysOf();
    expect([await has(keys, 'first'), await has(keys, 'second')]).toEqual([true, false]);
    issuer.keys = [FIRST.jwk, SECOND.jwk];
    await keys.afterUnknownKey();
    expect([await has(keys, 'first'), await has(keys, 'second')]).toEqual([true, true]);
    expect(told).toEqual([]);
    issuer.keys = [SECOND.jwk];
    clockMs += OPTIONS.cooldownMs;
    await keys.afterUnknownKey();
    expect([await has(keys, 'first'), await has(keys, 'second')]).toEqual([false, true]);
    expect(told).toEqual(['removed']);
  });

  it('tells when another key stands under the same id', async () => {
    const keys = keysOf();
    await keys.current();
    issuer.keys = [{ ...SECOND.jwk, kid: 'first' }];
    await keys.afterUnknownKey();
    expect(told).toEqual(['removed']);
  });

  it('fetches again by itself before the keys are too old', async () => {
    const keys = keysOf({ lifespanMs: 100 });
    keys.start();
    await keys.current();
    issuer.keys = [FIRST.jwk, SECOND.jwk];
    expect(await within(5000, async () => (await has(keys, 'second')) || undefined)).toBe(true);
  });

  it('keeps the last good keys while the issuer is down, for a bounded time', async () => {
    const keys = keysOf({ maxStaleMs: 500_000 });
    await keys.current();
    await issuer.stop();
    await expect(keys.afterUnknownKey()).rejects.toThrow(UnavailableError);
    expect(told).toEqual(['the key set: ECONNREFUSED']);
    clockMs += 559_000;
    expect(await has(keys, 'first')).toBe(true);
    clockMs += 2000;
    expect(keys.usable).toBe(false);
    await expect(keys.current()).rejects.toThrow(UnavailableError);
    await issuer.start();
    clockMs += 1000;
    expect(await has(keys, 'first')).toBe(true);
    expect(told).toEqual(['the key set: ECONNREFUSED', 'recovered']);
  });

  it('starts without the issuer, and finds it when it is there', async () => {
    await issuer.stop();
    const keys = keysOf();
    keys.start();
    await expect(keys.current()).rejects.toThrow('Tokens cannot be verified at the moment');
    await issuer.start();
    expect(await within(5000, () => keys.usable || undefined)).toBe(true);
    expect(told).toEqual(['the discovery document: ECONNREFUSED', 'recovered']);
  });

  it('does not ask an issuer that is down for every request', async () => {
    issuer.answerDiscovery = (response) => sendJson(response, {}, 500);
    const keys = keysOf();
    for (let n = 0; n < 50; n++) await expect(keys.current()).rejects.toThrow(UnavailableError);
    expect(issuer.requests.discovery).toBe(1);
    expect(told).toEqual(['the discovery document: status 500']);
  });

  it('does not take a set that is malformed for a good one', async () => {
    issuer.answerKeys = (response) => sendJson(response, { keys: [1] });
    await expect(keysOf().current()).rejects.toThrow(UnavailableError);
    expect(told).toEqual(['the key set is malformed']);
  });

  it('reads the description again, too: Feast keeps the first one for ever', async () => {
    const moved = new TestIssuer();
    moved.keys = [SECOND.jwk];
    await moved.start();
    try {
      const keys = keysOf();
      await keys.current();
      issuer.answerDiscovery = (response) => sendJson(response, moved.document());
      await keys.afterUnknownKey();
      expect([await has(keys, 'first'), await has(keys, 'second')]).toEqual([false, true]);
    } finally {
      await moved.stop();
    }
  });

  it('goes on with keys whose description cannot be had', async () => {
    const keys = keysOf();
    await keys.current();
    issuer.answerDiscovery = (response) => sendJson(response, {}, 500);
    issuer.keys = [SECOND.jwk];
    await keys.afterUnknownKey();
    expect(await has(keys, 'second')).toBe(true);
  });
});
