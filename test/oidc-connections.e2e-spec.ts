import { Agent, request } from 'node:http';
import type { JWTPayload } from 'jose';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillPermissionsStore, PERMISSIONS_YAML, permissionsFixture } from './support/permissions-app.js';
import { within } from './support/salver-process.js';
import { startTestApp, type TestApp } from './support/test-app.js';
import { goodClaims, signedToken, signingKey, TestIssuer } from './support/test-issuer.js';

const RSA = await signingKey('rsa');
const NEW_RSA = await signingKey('new-rsa');
const STRANGER = await signingKey('rsa');
/** Those with the role `reader` may read this view. */
const BODY = '{"features":["open_stats:value"],"entities":{"driver_id":[1]}}';
const LENGTH = ['content-length', String(BODY.length)];

let issuer: TestIssuer;
let server: TestApp;
let agent: Agent;
let ports: Set<number | undefined>;

beforeEach(async () => {
  issuer = new TestIssuer();
  issuer.keys = [RSA.jwk];
  await issuer.start();
  const auth = `auth: {type: oidc, auth_discovery_url: "${issuer.discoveryUrl}"}\n`;
  server = await startTestApp({
    yaml: PERMISSIONS_YAML.replace(/^auth:[^]*/m, auth),
    registry: permissionsFixture('data/registry.db'),
    fillStore: fillPermissionsStore,
  });
  await server.app.listen(0, '127.0.0.1');
  agent = new Agent({ keepAlive: true, maxSockets: 1 });
  ports = new Set();
});
afterEach(async () => {
  agent.destroy();
  await server.close();
  await issuer.stop();
});

/** Sends header lines as they are, over the one connection of the test. */
async function send(lines: readonly string[]): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const url = `${await server.app.getUrl()}/get-online-features`;
  const call = request(url, { method: 'POST', agent, headers: [...lines, ...LENGTH] });
  call.once('response', (response) => {
    ports.add(response.socket.localPort);
    response.resume().once('end', () => resolve(response.statusCode ?? 0));
  });
  call.once('error', reject).end(BODY);
  return promise;
}

const bearer = (token: string): readonly string[] => ['Authorization', `Bearer ${token}`];
const statusWith = (token: string): Promise<number> => send(bearer(token));
const rsa = (claims: JWTPayload = {}) => signedToken(RSA, goodClaims({ roles: ['reader'], ...claims }));

describe('on one connection', () => {
  it('each request is let in by what it shows itself', async () => {
    const [good, stranger] = [await rsa(), await signedToken(STRANGER)];
    const requests: [readonly string[], number][] = [
      [bearer(good), 200],
      [bearer(good), 200],
      [bearer(good), 200],
      [[], 401],
      [bearer(stranger), 401],
      [bearer(good), 200],
      [bearer(good.slice(0, -1)), 401],
      [bearer(`${good}x`), 401],
      [['Authorization', `Basic ${good}`], 401],
      [['x-api-key', good], 401],
      [[...bearer(good), ...bearer(good)], 401],
      [[...bearer(good), ...bearer(stranger)], 401],
      [[...bearer(stranger), ...bearer(good)], 401],
      [bearer(good), 200],
    ];
    for (const [lines, status] of requests) expect([lines, await send(lines)]).toEqual([lines, status]);
    expect(ports.size).toBe(1);
  });

  it('two callers in turn are two callers', async () => {
    const [reader, other] = [await rsa(), await rsa({ preferred_username: 'bob', roles: ['other'] })];
    const statuses: number[] = [];
    for (const token of [reader, reader, other, other, reader, other]) statuses.push(await statusWith(token));
    expect(statuses).toEqual([200, 200, 403, 403, 200, 403]);
    expect(ports.size).toBe(1);
  });

  it('a token that was good ends when it expires', async () => {
    // Taken for the ten seconds that clocks may be apart, less eight.
    const token = await rsa({ exp: Math.floor(Date.now() / 1000) - 8 });
    expect([await statusWith(token), await statusWith(token)]).toEqual([200, 200]);
    expect(await within(5000, async () => (await statusWith(token)) === 401 || undefined)).toBe(true);
    expect(ports.size).toBe(1);
  });

  it('a token that was good ends when its key is gone', async () => {
    const token = await rsa();
    expect([await statusWith(token), await statusWith(token)]).toEqual([200, 200]);
    issuer.keys = [NEW_RSA.jwk];
    expect(await statusWith(await signedToken(NEW_RSA, goodClaims({ roles: ['reader'] })))).toBe(200);
    expect([await statusWith(token), await statusWith(token)]).toEqual([401, 401]);
    expect(ports.size).toBe(1);
  });
});
