import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { EXAMPLE_READ } from './support/example-app.js';
import { salver, SalverProcess, within } from './support/salver-process.js';
import { freePort } from './support/server-process.js';
import { signedToken, signingKey, TestIssuer } from './support/test-issuer.js';

let repo: string;
let running: SalverProcess | undefined;

beforeAll(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-e2e-'));
  cpSync(new URL('./fixtures/example', import.meta.url), repo, { recursive: true });
});
afterEach(async () => {
  running?.kill('SIGTERM');
  await running?.ended;
  running = undefined;
});
afterAll(() => rmSync(repo, { recursive: true }));

function write(auth: string): void {
  writeFileSync(
    join(repo, 'feature_store.yaml'),
    `project: salver_example\nregistry: data/registry.db\nonline_store: {path: data/online_store.db}\nauth: ${auth}\n`,
  );
}

it('serves without its issuer, is ready once that is there, and tells nobody its address or a token', async () => {
  const key = await signingKey('key');
  const issuer = new TestIssuer();
  issuer.keys = [key.jwk];
  // The port is known, and closed again.
  await issuer.start();
  await issuer.stop();
  const secretUrl = issuer.discoveryUrl.replace('://', '://salver:hidden-password@');
  write(`{type: oidc, auth_discovery_url: "${secretUrl}"}`);
  running = new SalverProcess(['-c', repo, 'serve', '--port', '0', '--log-level', 'trace']);
  const url = await running.url();
  const token = await signedToken(key);
  const read = () =>
    fetch(`${url}/get-online-features`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}` },
      body: EXAMPLE_READ,
    });
  const statusOf = async (path: string) => (await fetch(`${url}${path}`)).status;
  expect(await statusOf('/health')).toBe(200);
  expect(await statusOf('/health/ready')).toBe(503);
  const refused = await read();
  expect([refused.status, await refused.text()]).toEqual([503, '"Tokens cannot be verified at the moment"']);
  await issuer.start();
  const ready = await within(60_000, async () => (await statusOf('/health/ready')) === 200 || undefined);
  expect(ready).toBe(true);
  expect((await read()).status).toBe(200);
  await fetch(`${url}/get-online-features`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}x` },
  });
  await issuer.stop();
  running.kill('SIGTERM');
  const { output } = await running.ended;
  expect(output).toContain('the keys of the issuer cannot be fetched; trying again');
  expect(output).toContain('the discovery document: ECONNREFUSED');
  expect(output).toContain('the keys of the issuer were fetched again');
  expect(output).toContain('a token is refused');
  expect(output).not.toContain('hidden-password');
  for (const part of token.split('.')) expect(output).not.toContain(part);
});

it('says at start what would leave it open or shut', async () => {
  write('{type: oidc, auth_discovery_url: "https://issuer", ca_cert_path: gone.pem}');
  const env = {
    SALVER_AUTH_STRICT_CLAIMS: 'true',
    SALVER_AUTH_INTRA_SERVER: 'signed',
    INTRA_COMMUNICATION_BASE64: 'c2VydmVy',
  };
  const { code, output } = await salver(['-c', repo, 'serve'], { env });
  expect(code).toBe(1);
  for (const path of [
    'auth.audience: ',
    'auth.issuer: ',
    'auth.ca_cert_path: ',
    'INTRA_COMMUNICATION_BASE64: ',
  ]) {
    expect(output).toContain(`\n  ${path}`);
  }
  expect(output).not.toContain('c2VydmVy');
  // Feast falls back to no authentication at all.
  write('{type: ldap}');
  const unknown = await salver(['-c', repo, 'serve']);
  expect([unknown.code, unknown.output]).toEqual([1, expect.stringMatching(/\n {2}auth\.type: .*oidc/)]);
  write('kubernetes');
  const kubernetes = await salver(['-c', repo, 'serve'], { env: { KUBERNETES_SERVICE_HOST: '' } });
  expect([kubernetes.code, kubernetes.output]).toEqual([
    1,
    expect.stringContaining('works in a pod of a cluster only'),
  ]);
});

it('warns that it is open to others', async () => {
  write('no_auth');
  running = new SalverProcess(['-c', repo, 'serve', '--host', '0.0.0.0', '--port', String(await freePort())]);
  expect(
    await running.printed(/authentication is off: whoever reaches 0\.0\.0\.0 may read and write everything/),
  ).toBeTruthy();
});
