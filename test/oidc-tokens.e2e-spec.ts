import { createHmac } from 'node:crypto';
import { request } from 'node:http';
import { exportSPKI, type JWTPayload } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { EXAMPLE_READ, startExampleApp } from './support/example-app.js';
import type { TestApp } from './support/test-app.js';
import {
  forgedToken,
  goodClaims,
  rawToken,
  signedToken,
  signingKey,
  TestIssuer,
} from './support/test-issuer.js';

const REFUSED = '{"detail":"Invalid or expired access token"}';
const RSA = await signingKey('rsa');
const PSS = await signingKey('pss', 'PS256');
const EC = await signingKey('ec', 'ES256');
/** Published without the algorithm that it is for. */
const ANY_RSA = await signingKey('any-rsa');
const STRANGER = await signingKey('rsa');

const issuer = new TestIssuer();
let server: TestApp;

const authBlock = (more = '') =>
  `{type: oidc, auth_discovery_url: "${issuer.discoveryUrl}", client_id: feast-client${more}}`;

async function readWith(token: string | undefined, app = server) {
  const headers = token === undefined ? undefined : { authorization: `Bearer ${token}` };
  return app.read(EXAMPLE_READ, headers);
}

beforeAll(async () => {
  const { alg: _, ...anyRsa } = ANY_RSA.jwk;
  issuer.keys = [RSA.jwk, PSS.jwk, EC.jwk, anyRsa];
  await issuer.start();
});
afterAll(() => issuer.stop());

/** HS256 with the public key as the secret, which whoever verifies by the header's algorithm takes. */
async function confused(): Promise<string> {
  const unsigned = forgedToken({ alg: 'HS256', kid: 'rsa' }, goodClaims()).slice(0, -1);
  const secret = await exportSPKI(RSA.publicKey);
  return `${unsigned}.${createHmac('sha256', secret).update(unsigned).digest('base64url')}`;
}

function tampered(token: string): string {
  const [header, , signature] = token.split('.');
  return forgedToken({}, goodClaims({ preferred_username: 'root' })).replace(
    /^[^.]*\.([^.]*)\.$/,
    `${header}.$1.${signature}`,
  );
}

const seconds = (away: number) => Math.floor(Date.now() / 1000) + away;
const rsa = (claims: JWTPayload, header = {}) => signedToken(RSA, goodClaims(claims), header);
const raw = (key: typeof RSA, alg: string, kid: string, header = {}) =>
  rawToken(key, { alg, kid, ...header }, JSON.stringify(goodClaims()));
const without = (name: string) => {
  const { [name]: _, ...claims } = goodClaims();
  return signedToken(RSA, claims);
};

/** Good claims, and lists in lists beside them. */
const deep = (levels: number) =>
  `${JSON.stringify(goodClaims()).slice(0, -1)},"deep":${'['.repeat(levels)}${']'.repeat(levels)}}`;

describe('a token', () => {
  beforeAll(async () => {
    server = await startExampleApp(authBlock(', audience: features, issuer: test'));
  });
  afterAll(() => server.close());

  it.each<[string, () => Promise<string> | string]>([
    ['RS256', () => rsa({})],
    ['PS256', () => signedToken(PSS)],
    ['ES256', () => signedToken(EC)],
    ['RS256 and PS256 by a key that is for any', () => raw(ANY_RSA, 'PS256', 'any-rsa')],
    ['with several audiences', () => rsa({ aud: ['x', 'features'] })],
    ['expired by less than the leeway', () => rsa({ exp: seconds(-5) })],
    ['that begins within the leeway', () => rsa({ nbf: seconds(5), iat: seconds(5) })],
    ['that names a person otherwise', () => rsa({ preferred_username: null, upn: 'u@x' })],
    ['with claims nested 10 000 deep', () => rawToken(RSA, { alg: 'RS256', kid: 'rsa' }, deep(10_000))],
    ['that names a subject alone', () => without('preferred_username')],
  ])('%s is taken', async (_, token) => {
    expect((await readWith(await token())).status).toBe(200);
  });

  it.each<[string, () => Promise<string> | string]>([
    ['alg none', () => forgedToken({ alg: 'none', kid: 'rsa' }, goodClaims())],
    ['alg None', () => forgedToken({ alg: 'None', kid: 'rsa' }, goodClaims())],
    ['alg none with a signature', () => forgedToken({ alg: 'none', kid: 'rsa' }, goodClaims(), 'AAAA')],
    ['HS256 with the RSA public key', confused],
    ['an algorithm that the issuer does not announce', () => raw(ANY_RSA, 'RS384', 'any-rsa')],
    ['an algorithm of another kind of key', () => raw(EC, 'ES256', 'rsa')],
    ['another algorithm than its key is for', () => raw(RSA, 'PS256', 'rsa')],
    ['the key of somebody else', () => signedToken(STRANGER)],
    ['an unknown kid', () => rsa({}, { kid: 'nobody' })],
    ['no kid', () => rsa({}, { kid: undefined })],
    [
      'its own key in the header',
      () => raw(STRANGER, 'RS256', 'rsa', { jwk: STRANGER.jwk, jku: 'http://127.0.0.1:1/' }),
    ],
    ['an unknown critical header', () => raw(RSA, 'RS256', 'rsa', { crit: ['x'], x: 1 })],
    ['other claims than were signed', async () => tampered(await rsa({}))],
    ['a wrong audience', () => rsa({ aud: 'others' })],
    ['no audience', () => without('aud')],
    ['a wrong issuer', () => rsa({ iss: 'evil' })],
    ['no issuer', () => without('iss')],
    ['expired', () => rsa({ exp: seconds(-11) })],
    ['no exp', () => without('exp')],
    ['an exp that is text', () => signedToken(RSA, goodClaims({ exp: '4102444800' as never }))],
    [
      'an exp without end',
      () =>
        rawToken(
          RSA,
          { alg: 'RS256', kid: 'rsa' },
          JSON.stringify(goodClaims()).replace(/"exp":\d+/, '"exp":1e999'),
        ),
    ],
    ['nbf in the future', () => rsa({ nbf: seconds(60) })],
    ['iat in the future', () => rsa({ iat: seconds(60) })],
    [
      'nobody named',
      () => signedToken(RSA, { ...goodClaims({ preferred_username: null }), sub: 5 as never }),
    ],
    ['claims that are a list', () => rawToken(RSA, { alg: 'RS256', kid: 'rsa' }, '[]')],
    ['claims that are no JSON', () => rawToken(RSA, { alg: 'RS256', kid: 'rsa' }, '{')],
    [
      'claims nested 10 000 deep, by nobody',
      () => rawToken(STRANGER, { alg: 'RS256', kid: 'rsa' }, deep(10_000)),
    ],
    [
      'a header nested deep',
      async () => `${Buffer.from(deep(5000)).toString('base64url')}.${(await rsa({})).slice(1)}`,
    ],
    ['five parts', () => 'a.b.c.d.e'],
    ['two parts', () => 'a.b'],
    ['no parts', () => 'not-a-token'],
    ['no base64', () => '§.§.§'],
    ['64 kB', () => rsa({ padding: 'x'.repeat(48_000) })],
    ['40 kB of nothing', () => 'x'.repeat(40_000)],
    [
      'that of a service account, outside of a cluster',
      () => rsa({ 'kubernetes.io': { namespace: 'prod' } }),
    ],
  ])('with %s is refused, with one answer for all', async (_, token) => {
    const answer = await readWith(await token());
    expect([answer.status, answer.text]).toEqual([401, REFUSED]);
    expect(answer.headers['www-authenticate']).toBe('Bearer error="invalid_token"');
  });

  it('is wanted, and the answer says how to show it', async () => {
    const answer = await readWith(undefined);
    expect([answer.status, answer.text]).toEqual([401, REFUSED]);
    expect(answer.headers['www-authenticate']).toBe('Bearer');
  });

  it.each([
    ['bearer %', 200],
    ['BEARER   %', 200],
    ['Bearer % x', 401],
    ['Bearer %,x', 401],
    ['Bearer', 401],
    ['Basic %', 401],
    ['%', 401],
    ['', 401],
  ])('in the header as %j: %i', async (form, status) => {
    const authorization = form.replace('%', await rsa({}));
    expect((await server.read(EXAMPLE_READ, { authorization })).status).toBe(status);
  });

  it('is not taken from the query, nor from a cookie', async () => {
    const token = await rsa({});
    const answer = await server.app.inject({
      method: 'POST',
      url: `/get-online-features?access_token=${token}&token=${token}`,
      headers: { cookie: `access_token=${token}; Authorization=Bearer ${token}` },
      payload: EXAMPLE_READ,
    });
    expect(answer.statusCode).toBe(401);
  });

  it('is wanted before the body is looked at', async () => {
    const good = { authorization: `Bearer ${await rsa({})}` };
    expect((await server.read('{', {})).status).toBe(401);
    expect((await server.read('{', good)).status).toBe(422);
  });

  it('is not wanted for health, the description and the pages', async () => {
    for (const url of ['/health', '/health/live', '/health/ready', '/openapi.json', '/docs', '/redoc']) {
      expect((await server.app.inject({ url })).statusCode).toBe(200);
    }
  });
});

describe('on a socket', () => {
  let url: string;
  beforeAll(async () => {
    server = await startExampleApp(authBlock());
    await server.app.listen(0, '127.0.0.1');
    url = await server.app.getUrl();
  });
  afterAll(() => server.close());

  /** Header lines as they are, also twice. */
  async function send(headers: readonly string[]): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const call = request(`${url}/get-online-features`, {
      method: 'POST',
      headers: [...headers, 'connection', 'close'],
    });
    call.once('response', (response) =>
      response.resume().once('end', () => resolve(response.statusCode ?? 0)),
    );
    call.once('error', reject).end(EXAMPLE_READ);
    return promise;
  }

  it('refuses two Authorization headers, whichever is good', async () => {
    const good = ['Authorization', `Bearer ${await rsa({})}`];
    const length = ['content-length', String(EXAMPLE_READ.length)];
    expect(await send([...good, ...length])).toBe(200);
    expect(await send([...good, ...good, ...length])).toBe(401);
    expect(await send([...good, 'authorization', 'Bearer x', ...length])).toBe(401);
    expect(await send(['AUTHORIZATION', 'Basic x', ...good, ...length])).toBe(401);
  });

  it('answers a token of 64 kB, and drops what no header may have', async () => {
    const length = ['content-length', String(EXAMPLE_READ.length)];
    expect(await send(['Authorization', `Bearer ${'x'.repeat(65_536)}`, ...length])).toBe(401);
    expect(await send(['Authorization', `Bearer ${'x'.repeat(200_000)}`, ...length])).toBe(431);
  });
});
