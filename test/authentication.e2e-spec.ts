import { createHash } from 'node:crypto';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SignJWT } from 'jose';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { runHere } from './support/command-run.js';
import { EXAMPLE_READ, startExampleApp } from './support/example-app.js';
import { startTestApp, type TestApp } from './support/test-app.js';
import { TestCluster } from './support/test-cluster.js';
import { forgedToken, goodClaims, signedToken, signingKey, TestIssuer } from './support/test-issuer.js';

const REFUSED = '{"detail":"Invalid or expired access token"}';
const KEY = await signingKey('key');
const SECRET = 'Zm9yIHRlc3RzIG9ubHkgLSBub2JvZHkgdXNlcyB0aGlz';
const issuer = new TestIssuer();
let server: TestApp;

beforeAll(async () => {
  issuer.keys = [KEY.jwk];
  await issuer.start();
});
afterAll(() => issuer.stop());
afterEach(() => server.close());

const oidc = (more = '') => `{type: oidc, auth_discovery_url: "${issuer.discoveryUrl}"${more}}`;
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const statusWith = async (headers: Record<string, string>) =>
  (await server.read(EXAMPLE_READ, headers)).status;

describe('API keys', () => {
  const key = 'salver_for-tests-only';
  const hash = createHash('sha256').update(key).digest('hex');
  const salverYaml = `auth: {api_keys: [{name: ci, hash: "sha256:${hash}", roles: [reader]}]}`;

  it.each([
    [{ 'x-api-key': key }, 200],
    [{ authorization: `Bearer ${key}` }, 200],
    [{ authorization: key }, 401],
    [{ 'x-api-key': `Bearer ${key}` }, 401],
    [{ 'x-api-key': `${key}x` }, 401],
    [{ 'x-api-key': hash }, 401],
    [{ 'x-api-key': `sha256:${hash}` }, 401],
    [{ 'x-api-key': '' }, 401],
    [{ 'x-api-key': key, authorization: 'Bearer salver_wrong' }, 401],
    [{}, 401],
  ])('are wanted with no_auth, once there are any: %j is %i', async (headers, status) => {
    server = await startExampleApp('no_auth', { salverYaml });
    expect(await statusWith(headers as Record<string, string>)).toBe(status);
  });

  it('are taken beside the tokens of an issuer, which is not asked about them', async () => {
    server = await startExampleApp(oidc(), { salverYaml });
    expect(await statusWith({ 'x-api-key': key })).toBe(200);
    expect(await statusWith(bearer(key))).toBe(200);
    expect(await statusWith(bearer('salver_wrong'))).toBe(401);
    expect(await statusWith(bearer(await signedToken(KEY)))).toBe(200);
  });

  it('are nothing where there are none', async () => {
    server = await startExampleApp(oidc());
    expect(await statusWith({ 'x-api-key': key })).toBe(401);
    expect(await statusWith({ ...bearer(await signedToken(KEY)), 'x-api-key': 'of a gateway' })).toBe(200);
  });

  it('made by the command work as it prints them', async () => {
    const { code, stdout, stderr } = await runHere([
      'api-key',
      'create',
      'team/ci',
      '--roles',
      'reader, writer',
    ]);
    expect(code).toBe(0);
    const [made = '', ...yaml] = stdout.trimEnd().split('\n');
    expect(made).toMatch(/^salver_[\w-]{43}$/);
    expect(yaml.join('\n')).toMatch(
      /^auth:\n {2}api_keys:\n {4}- name: "team\/ci"\n {6}hash: "sha256:[0-9a-f]{64}"\n {6}roles: \["reader", "writer"\]$/,
    );
    expect(stderr).toContain('it is not shown again');
    server = await startExampleApp('no_auth', { salverYaml: yaml.join('\n') });
    expect(await statusWith({ 'x-api-key': made })).toBe(200);
  });
});

describe('tokens of servers of the same installation', () => {
  const asFeast = forgedToken({ alg: 'none', typ: 'JWT' }, { preferred_username: SECRET });
  const signed = (claims: Record<string, unknown>, secret = SECRET, alg = 'HS256') =>
    new SignJWT(claims).setProtectedHeader({ alg }).sign(new TextEncoder().encode(secret));
  const soon = (seconds = 60) => Math.floor(Date.now() / 1000) + seconds;
  const start = async (mode: string, secret = SECRET) => {
    const env = { INTRA_COMMUNICATION_BASE64: secret };
    server = await startExampleApp(oidc(), { salverYaml: `auth: {intra_server: ${mode}}`, env });
  };

  it('are not taken unless it is said so: an unsigned token that holds the secret is refused', async () => {
    await start('disabled');
    const answer = await server.read(EXAMPLE_READ, bearer(asFeast));
    expect([answer.status, answer.text]).toEqual([401, REFUSED]);
    expect(await statusWith(bearer(await signed({ sub: 'intra-server', exp: soon() })))).toBe(401);
  });

  it('are not made by an empty variable and an empty name', async () => {
    await start('disabled', '');
    expect(await statusWith(bearer(forgedToken({ alg: 'none' }, { preferred_username: '' })))).toBe(401);
  });

  it('unsigned, as Feast sends them, are taken where the option says unsigned', async () => {
    await start('unsigned_as_feast');
    expect(await statusWith(bearer(asFeast))).toBe(200);
    for (const claims of [
      { preferred_username: `${SECRET}x` },
      { preferred_username: '' },
      { sub: SECRET },
      {},
    ]) {
      expect(await statusWith(bearer(forgedToken({ alg: 'none' }, claims)))).toBe(401);
    }
  });

  it('signed are HS256 by the secret, for ten minutes at most', async () => {
    await start('signed');
    expect(await statusWith(bearer(await signed({ sub: 'intra-server', exp: soon() })))).toBe(200);
    const refused = [
      asFeast,
      await signed({ sub: 'intra-server' }),
      await signed({ sub: 'intra-server', exp: soon(3600) }),
      await signed({ sub: 'intra-server', exp: soon(-60) }),
      await signed({ sub: 'somebody', exp: soon() }),
      await signed({ sub: 'intra-server', exp: soon() }, `${SECRET}x`),
      await signed({ sub: 'intra-server', exp: soon() }, SECRET, 'HS384'),
    ];
    for (const token of refused) expect(await statusWith(bearer(token))).toBe(401);
  });

  it('are known by what they are, not by a name: a user called like the secret is a user', async () => {
    const repo = new URL('./fixtures/conformance/repos/permissions-oidc/', import.meta.url);
    server = await startTestApp({
      yaml: `project: perms\nregistry: data/registry.db\nonline_store: {path: data/online_store.db}\nauth: ${oidc()}\n`,
      registry: readFileSync(new URL('data/registry.db', repo)),
      fillStore: (path) => cpSync(new URL('data/online_store.db', repo), path),
      salverYaml: 'auth: {intra_server: signed}',
      env: { INTRA_COMMUNICATION_BASE64: SECRET },
    });
    // No permission lets anybody read this view.
    const payload = JSON.stringify({ features: ['lonely_stats:value'], entities: { driver_id: [1] } });
    const statusOf = async (token: string) => (await server.read(payload, bearer(token))).status;
    for (const preferred_username of [SECRET, 'intra-server', '']) {
      expect(await statusOf(await signedToken(KEY, goodClaims({ preferred_username })))).toBe(403);
    }
    expect(await statusOf(await signed({ sub: 'intra-server', exp: soon() }))).toBe(200);
  });
});

describe('a cluster', () => {
  let folder: string;
  let cluster: TestCluster;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'salver-e2e-'));
    cluster = new TestCluster(folder);
    cluster.users.set('t-reader', { username: 'system:serviceaccount:apps:reader' });
    await cluster.start();
  });
  afterEach(async () => {
    await cluster.stop();
    rmSync(folder, { recursive: true });
  });
  const asFeast = forgedToken({ alg: 'none', typ: 'JWT' }, { sub: `:::${SECRET}` });

  it('knows its service accounts', async () => {
    server = await startExampleApp('kubernetes', { env: cluster.env });
    expect(await statusWith(bearer('t-reader'))).toBe(200);
    for (const token of [
      't-nobody',
      asFeast,
      forgedToken({ alg: 'none' }, { sub: 'system:serviceaccount:apps:reader' }),
    ]) {
      const answer = await server.read(EXAMPLE_READ, bearer(token));
      expect([answer.status, answer.text]).toEqual([401, REFUSED]);
    }
    expect(await statusWith({})).toBe(401);
  });

  it('that is down is 503, not a bad token', async () => {
    server = await startExampleApp('kubernetes', {
      env: { ...cluster.env, SALVER_AUTH_KUBERNETES_CACHE_SECONDS: '0' },
    });
    await cluster.stop();
    const answer = await server.read(EXAMPLE_READ, bearer('t-reader'));
    expect([answer.status, answer.headers['retry-after']]).toEqual([503, '1']);
    expect(answer.text).not.toMatch(/127\.0\.0\.1|ECONN|t-reader/);
  });

  it('is not waited for longer than the request may take', async () => {
    cluster.answers.set('/apis', () => undefined);
    server = await startExampleApp('kubernetes', { env: cluster.env });
    expect(await statusWith({ ...bearer('t-reader'), 'x-request-timeout-ms': '100' })).toBe(503);
  });

  it('takes unsigned tokens of servers where the option says unsigned', async () => {
    const env = { ...cluster.env, INTRA_COMMUNICATION_BASE64: SECRET };
    server = await startExampleApp('kubernetes', {
      env,
      salverYaml: 'auth: {intra_server: unsigned_as_feast}',
    });
    expect(await statusWith(bearer(asFeast))).toBe(200);
    expect(await statusWith(bearer(forgedToken({ alg: 'none' }, { sub: SECRET })))).toBe(401);
  });

  it('verifies tokens of service accounts beside an issuer, whatever they say of themselves', async () => {
    const token = forgedToken({ alg: 'RS256' }, { 'kubernetes.io': { namespace: 'apps' }, sub: 'x' }, 'AAAA');
    server = await startExampleApp(oidc(), { env: cluster.env });
    expect(await statusWith(bearer(token))).toBe(401);
    cluster.users.set(token, { username: 'system:serviceaccount:apps:reader' });
    expect(await statusWith(bearer(token))).toBe(200);
    expect(await statusWith(bearer(await signedToken(KEY)))).toBe(200);
    // The issuer's word does not count for it: who signs a claim of the cluster is not the cluster.
    expect(await statusWith(bearer(await signedToken(KEY, goodClaims({ 'kubernetes.io': {} }))))).toBe(401);
  });
});

describe('readiness', () => {
  const ready = async (headers: Record<string, string> = {}) => {
    const answer = await server.app.inject({ url: '/health/ready', headers });
    return [answer.statusCode, answer.json<unknown>()];
  };

  it('says what is missing to everybody where authentication is off', async () => {
    server = await startExampleApp('no_auth', { registry: undefined });
    expect(await ready()).toEqual([503, { status: 'not ready', waiting_for: ['registry'] }]);
  });

  it('says it to callers that it knows where authentication is on', async () => {
    server = await startExampleApp(oidc(), { registry: undefined });
    const token = await signedToken(KEY);
    expect((await ready(bearer(token)))[1]).toEqual({ status: 'not ready', waiting_for: ['registry'] });
    for (const headers of [{}, bearer('nonsense'), { 'x-api-key': 'x' }]) {
      expect(await ready(headers)).toEqual([503, { status: 'not ready' }]);
      const startup = await server.app.inject({ url: '/health/startup', headers });
      expect([startup.statusCode, startup.json<unknown>()]).toEqual([503, { status: 'starting' }]);
    }
    const startup = await server.app.inject({ url: '/health/startup', headers: bearer(token) });
    expect(startup.json<unknown>()).toEqual({ status: 'starting', waiting_for: ['registry'] });
  });
});
