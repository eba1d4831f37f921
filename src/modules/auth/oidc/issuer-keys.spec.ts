import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTlsCertificates, type TlsCertificates } from '../../../../test/support/tls-certificates.js';
import { within } from '../../../../test/support/salver-process.js';
import { sendJson, signingKey, TestIssuer } from '../../../../test/support/test-issuer.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { IssuerKeys, type IssuerKeysOptions } from './issuer-keys.js';
import { IssuerSource, type IssuerSourceOptions } from './issuer-source.js';

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

function keysOf(options: Partial<IssuerKeysOptions & IssuerSourceOptions> = {}): IssuerKeys {
  const source = new IssuerSource({
    discoveryUrl: issuer.discoveryUrl,
    verifyCertificate: true,
    caPath: undefined,
    timeoutMs: 5000,
    ...options,
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

  it('goes on with keys whose description cannot be had', async () => {
    const keys = keysOf();
    await keys.current();
    issuer.answerDiscovery = (response) => sendJson(response, {}, 500);
    issuer.keys = [SECOND.jwk];
    await keys.afterUnknownKey();
    expect(await has(keys, 'second')).toBe(true);
  });
});

describe('what an issuer may not do', () => {
  const refused = async (options: Partial<IssuerSourceOptions> = {}) => {
    await expect(keysOf(options).current()).rejects.toThrow(UnavailableError);
    return told[0];
  };
  const redirectTo = (location: string) => (response: Parameters<typeof sendJson>[0]) => {
    response.writeHead(302, { location });
    response.end();
  };

  it('not answer: the discovery has a time limit, too', async () => {
    issuer.answerDiscovery = () => undefined;
    expect(await refused({ timeoutMs: 50 })).toBe('the discovery document: no answer within 50 ms');
    expect(told).toHaveLength(1);
  });

  it('send its answer drop by drop', async () => {
    issuer.answerKeys = (response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(timer));
    };
    expect(await refused({ timeoutMs: 200 })).toBe('the key set: no answer within 200 ms');
  });

  it('send a huge key set', async () => {
    issuer.answerKeys = (response) => {
      const chunk = Buffer.alloc(65_536, ' ');
      const push = () => {
        while (response.write(chunk));
      };
      response.on('drain', push).on('error', () => undefined);
      push();
    };
    const before = process.memoryUsage().arrayBuffers;
    expect(await refused()).toBe('the key set: the answer has more than 1048576 bytes');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it('redirect for ever', async () => {
    issuer.answerDiscovery = redirectTo('/.well-known/openid-configuration');
    expect(await refused()).toBe('the discovery document: too many redirects');
    expect(issuer.requests.discovery).toBe(4);
  });

  it('redirect to anything but http', async () => {
    issuer.answerDiscovery = redirectTo('file:///etc/passwd');
    expect(await refused()).toBe('the discovery document: a redirect to nowhere');
  });

  it.each([
    ['text', 'the discovery document is not JSON'],
    ['5', 'the discovery document is no JSON object'],
    ['{}', 'the discovery document has no jwks_uri'],
    ['{"jwks_uri":7}', 'the discovery document has no jwks_uri'],
    ['{"jwks_uri":"file:///etc/passwd"}', 'the discovery document has no jwks_uri'],
  ])('describe itself as %s', async (text, reason) => {
    issuer.answerDiscovery = (response) => response.end(text);
    expect(await refused()).toBe(reason);
  });

  it.each([
    ['[]', 'the key set has no keys'],
    ['{"keys":{}}', 'the key set has no keys'],
    ['{"keys":[1]}', 'the key set is malformed'],
  ])('send %s for keys', async (text, reason) => {
    issuer.answerKeys = (response) => response.end(text);
    expect(await refused()).toBe(reason);
  });

  it('have its address, with a password in it, told in a log', async () => {
    await issuer.stop();
    const discoveryUrl = issuer.discoveryUrl.replace('://', '://user:pass-word@') + '?key=s3cret';
    await refused({ discoveryUrl });
    expect(told.join()).not.toMatch(/pass-word|s3cret|user/);
  });
});

it('follows a redirect, as Feast does', async () => {
  issuer.answerDiscovery = (response, request) => {
    if (request.url?.endsWith('?moved')) sendJson(response, issuer.document());
    else response.writeHead(301, { location: `${issuer.discoveryUrl}?moved` }).end();
  };
  expect(await has(keysOf(), 'first')).toBe(true);
});

describe('over TLS', () => {
  let folder: string;
  let certificates: TlsCertificates;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'salver-spec-'));
    certificates = makeTlsCertificates(folder, ['IP:127.0.0.1']);
    await issuer.stop();
    issuer = new TestIssuer(certificates);
    issuer.keys = [FIRST.jwk];
    await issuer.start();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('trusts the authority that is named', async () => {
    expect(await has(keysOf({ caPath: certificates.caPath }), 'first')).toBe(true);
  });

  it('trusts no other', async () => {
    await expect(keysOf().current()).rejects.toThrow(UnavailableError);
    expect(told).toEqual([expect.stringMatching(/^the discovery document: its certificate is not accepted \(\w+\)$/)]);
  });

  it('trusts any when it is told not to check', async () => {
    expect(await has(keysOf({ verifyCertificate: false }), 'first')).toBe(true);
  });

  it('does not follow to http', async () => {
    const plain = new TestIssuer();
    await plain.start();
    issuer.answerDiscovery = (response) => response.writeHead(302, { location: plain.discoveryUrl }).end();
    await expect(keysOf({ caPath: certificates.caPath }).current()).rejects.toThrow(UnavailableError);
    issuer.answerDiscovery = (response) => sendJson(response, plain.document());
    await expect(keysOf({ caPath: certificates.caPath }).current()).rejects.toThrow(UnavailableError);
    expect(told).toEqual([
      'the discovery document: a redirect from https to http, which is not followed',
      'the discovery document comes by https and sends to http for its keys',
    ]);
    expect(plain.requests).toEqual({ discovery: 0, keys: 0 });
    await plain.stop();
  });
});
