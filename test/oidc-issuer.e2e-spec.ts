import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JWTPayload } from 'jose';
import { EXAMPLE_READ, startExampleApp } from './support/example-app.js';
import { within } from './support/salver-process.js';
import type { TestApp } from './support/test-app.js';
import {
  forgedToken,
  goodClaims,
  sendJson,
  signedToken,
  signingKey,
  TestIssuer,
} from './support/test-issuer.js';

const RSA = await signingKey('rsa');
const NEW_RSA = await signingKey('new-rsa');
const STRANGER = await signingKey('rsa');

let server: TestApp;

async function readWith(token: string | undefined) {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return server.read(EXAMPLE_READ, headers);
}

const seconds = (away: number) => Math.floor(Date.now() / 1000) + away;
const rsa = (claims: JWTPayload, header = {}) => signedToken(RSA, goodClaims(claims), header);

describe('the issuer', () => {
  let own: TestIssuer;
  beforeEach(async () => {
    own = new TestIssuer();
    own.keys = [RSA.jwk];
    await own.start();
  });
  afterEach(async () => {
    await server.close();
    await own.stop();
  });

  const start = async (settings = '', lifespan = 300) => {
    const auth = `{type: oidc, auth_discovery_url: "${own.discoveryUrl}", jwks_cache_lifespan_seconds: ${lifespan}}`;
    server = await startExampleApp(auth, { salverYaml: `auth: {${settings}}` });
  };
  const ready = async (token?: string) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const answer = await server.app.inject({ url: '/health/ready', headers });
    return [answer.statusCode, answer.json<unknown>()];
  };

  it('is asked once for a flood of kids, and not again in the cooldown', async () => {
    await start();
    expect((await readWith(await rsa({}))).status).toBe(200);
    const flood = await Promise.all(Array.from({ length: 300 }, (_, n) => rsa({}, { kid: `kid-${n}` })));
    const answers = await Promise.all(flood.map((token) => readWith(token)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(own.requests.keys).toBe(2);
    expect((await readWith(await rsa({}))).status).toBe(200);
  });

  it('changes its keys without a restart', async () => {
    await start();
    const before = await rsa({});
    expect((await readWith(before)).status).toBe(200);
    own.keys = [NEW_RSA.jwk];
    expect((await readWith(await signedToken(NEW_RSA))).status).toBe(200);
    // What the old key signed is not taken any more, although it was remembered.
    expect((await readWith(before)).status).toBe(401);
  });

  it('is not asked for a token that it verified already', async () => {
    await start();
    const token = await rsa({});
    for (let n = 0; n < 20; n++) expect((await readWith(token)).status).toBe(200);
    expect(own.requests).toEqual({ discovery: 1, keys: 1 });
  });

  it('that goes away later: known keys are used on, and nothing is said of the outage to callers', async () => {
    await start('jwks_cooldown_seconds: 1', 1);
    expect((await readWith(await rsa({}))).status).toBe(200);
    await own.stop();
    const unknown = await readWith(await signedToken(NEW_RSA));
    expect([unknown.status, unknown.headers['retry-after'], unknown.text]).toEqual([
      503,
      '1',
      '"Tokens cannot be verified at the moment"',
    ]);
    await new Promise((resolve) => setTimeout(resolve, 1200));
    expect((await readWith(await rsa({}))).status).toBe(200);
    expect(await ready()).toEqual([200, { status: 'ready' }]);
  });

  it('that stays away: its keys are no longer used, nor what was verified with them, until it is back', async () => {
    await start('jwks_max_stale_seconds: 0', 1);
    const token = await rsa({});
    expect((await readWith(token)).status).toBe(200);
    await own.stop();
    const gone = await within(60_000, async () => (await readWith(token)).status === 503 || undefined);
    expect(gone).toBe(true);
    expect(await ready()).toEqual([503, { status: 'not ready' }]);
    await own.start();
    const back = await within(60_000, async () => (await readWith(token)).status === 200 || undefined);
    expect(back).toBe(true);
  });

  it('that is not there at start: the server starts, is not ready, and finds it later', async () => {
    await own.stop();
    await start();
    const token = await rsa({});
    expect((await readWith(token)).status).toBe(503);
    // What is wrong whatever the keys are is refused as ever.
    expect((await readWith('nonsense')).status).toBe(401);
    expect((await readWith(forgedToken({ alg: 'none', kid: 'rsa' }, goodClaims()))).status).toBe(401);
    expect((await readWith(await rsa({ exp: seconds(-60) }))).status).toBe(401);
    expect((await readWith(undefined)).status).toBe(401);
    expect(await ready()).toEqual([503, { status: 'not ready' }]);
    await own.start();
    expect(await within(60_000, async () => (await ready())[0] === 200 || undefined)).toBe(true);
    expect((await readWith(token)).status).toBe(200);
  });

  it('that does not answer: nobody waits longer than the request may take', async () => {
    own.answerDiscovery = () => undefined;
    await start();
    const begin = performance.now();
    const headers = { authorization: `Bearer ${await rsa({})}`, 'x-request-timeout-ms': '100' };
    expect((await server.read(EXAMPLE_READ, headers)).status).toBe(503);
    // Less than requests may take that say nothing of it.
    expect(performance.now() - begin).toBeLessThan(4500);
  });

  it('that answers slowly is waited for', async () => {
    own.answerKeys = (response) => void setTimeout(() => sendJson(response, { keys: own.keys }), 300);
    await start();
    expect((await readWith(await rsa({}))).status).toBe(200);
  });

  it('whose key set grows huge keeps its good keys in use', async () => {
    await start();
    expect((await readWith(await rsa({}))).status).toBe(200);
    own.answerKeys = (response) =>
      sendJson(response, { keys: Array.from({ length: 10_000 }, () => RSA.jwk) });
    expect((await readWith(await signedToken(NEW_RSA))).status).toBe(503);
    expect((await readWith(await rsa({}))).status).toBe(200);
  });

  it('may publish keys that cannot be used beside a good one', async () => {
    const weak = { kty: 'RSA', kid: 'weak', alg: 'RS256', n: 'AQAB', e: 'AQAB' };
    own.keys = [
      weak,
      { kty: 'oct', k: 'AAAA', kid: 'oct' },
      { kty: 'XX', kid: 'xx' },
      { ...RSA.jwk, use: 'enc', kid: 'enc' },
      RSA.jwk,
    ];
    await start();
    for (const kid of ['weak', 'oct', 'xx', 'enc']) {
      expect((await readWith(await rsa({}, { kid }))).status).toBe(401);
    }
    expect((await readWith(await rsa({}))).status).toBe(200);
  });

  it('may give two keys one id', async () => {
    own.keys = [{ ...NEW_RSA.jwk, kid: 'rsa' }, RSA.jwk];
    await start();
    expect((await readWith(await rsa({}))).status).toBe(200);
    expect((await readWith(await signedToken(STRANGER))).status).toBe(401);
  });
});
