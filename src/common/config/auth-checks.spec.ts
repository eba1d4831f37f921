import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTlsCertificates } from '../../../test/support/tls-certificates.js';
import { ConfigurationError, describeProblem } from './configuration-error.js';
import { type ConfigurationPurpose, loadConfiguration } from './load-configuration.js';

let repo: string;
beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-spec-'));
});
afterEach(() => rmSync(repo, { recursive: true }));

interface Given {
  readonly auth?: string;
  readonly salver?: string;
  readonly env?: Record<string, string>;
  readonly purpose?: ConfigurationPurpose;
}

/** What a start would say: problems, or warnings when there are none. */
function said({ auth = 'no_auth', salver = '', env = {}, purpose = 'serve' }: Given) {
  writeFileSync(join(repo, 'feature_store.yaml'), `project: p\nregistry: r.db\nauth: ${auth}\n`);
  writeFileSync(join(repo, 'salver.yaml'), salver);
  try {
    const { warnings } = loadConfiguration({ env, cwd: repo, flags: {} }, purpose);
    return { problems: [], warnings: warnings.map(describeProblem) };
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    return { problems: error.problems.map(describeProblem), warnings: [] };
  }
}

const OIDC =
  '{type: oidc, auth_discovery_url: "https://issuer/.well-known/openid-configuration", audience: a}';
const GOOD_SECRET = 'Zm9yIHRlc3RzIG9ubHkgLSBub2JvZHkgdXNlcyB0aGlz';

describe('auth: no_auth', () => {
  it.each(['127.0.0.1', '127.8.9.1', '::1', 'localhost'])(
    'says nothing when only %s is listened to',
    (host) => {
      expect(said({ salver: `server: {host: "${host}"}` })).toEqual({ problems: [], warnings: [] });
    },
  );

  it.each(['0.0.0.0', '::', 'features.example.org', '127.0.0.1.example.org'])(
    'warns when it is %s',
    (host) => {
      expect(said({ salver: `server: {host: "${host}"}` }).warnings).toEqual([
        `auth: authentication is off: whoever reaches ${host} may read and write everything`,
      ]);
    },
  );

  it('does not warn where a key is required', () => {
    const salver = `server: {host: "::"}\nauth: {api_keys: [{name: a, hash: "sha256:${'0'.repeat(64)}"}]}`;
    expect(said({ salver }).warnings).toEqual([]);
  });

  it('is of no interest to other commands', () => {
    expect(said({ salver: 'server: {host: "::"}', purpose: 'manage' }).warnings).toEqual([]);
  });
});

describe('auth: oidc', () => {
  it('says nothing of a good one', () => {
    expect(said({ auth: OIDC })).toEqual({ problems: [], warnings: [] });
  });

  it.each([
    '{type: oidc, auth_discovery_url: "ftp://issuer"}',
    '{type: oidc, auth_discovery_url: issuer}',
    '{type: oidc, token: t}',
  ])('cannot serve with %s', (auth) => {
    expect(said({ auth }).problems).toEqual([
      'auth.auth_discovery_url: required to serve: the http or https address of the discovery document of the issuer',
    ]);
    expect(said({ auth, purpose: 'manage' }).problems).toEqual([]);
  });

  it('warns of what makes it weaker', () => {
    const auth = '{type: oidc, auth_discovery_url: "http://issuer/x", verify_ssl: false}';
    expect(said({ auth }).warnings).toEqual([
      'auth.verify_ssl: the certificate of the issuer is not checked',
      'auth.audience: not set: tokens that the issuer made for other services are taken too',
      'auth.auth_discovery_url: keys that come over plain http can be replaced on their way',
    ]);
  });

  it('demands audience and issuer when the claims are strict', () => {
    const salver = 'auth: {strict_claims: true}';
    const reason =
      'required, because salver.yaml sets auth.strict_claims: tokens made for others would be taken';
    expect(said({ auth: '{type: oidc, auth_discovery_url: "https://issuer"}', salver }).problems).toEqual([
      `auth.audience: ${reason}`,
      `auth.issuer: ${reason}`,
    ]);
    const both = '{type: oidc, auth_discovery_url: "https://issuer", audience: a, issuer: i}';
    expect(said({ auth: both, salver }).problems).toEqual([]);
    expect(said({ salver }).problems).toEqual([]);
  });

  it('does not start without the certificate that it is told to trust (Feast goes on without)', () => {
    const withCa = (path: string) =>
      said({ auth: `{type: oidc, auth_discovery_url: "https://i", ca_cert_path: ${path}}` });
    expect(withCa('no/such.pem').problems).toEqual([
      expect.stringMatching(/^auth\.ca_cert_path: .*no\/such\.pem: the file cannot be read: ENOENT/),
    ]);
    writeFileSync(join(repo, 'no.pem'), 'nothing');
    expect(withCa('no.pem').problems).toEqual([
      expect.stringMatching(/the file holds no certificate in PEM$/),
    ]);
    makeTlsCertificates(repo, ['IP:127.0.0.1']);
    expect(withCa('ca.crt').problems).toEqual([]);
  });
});

describe('auth: kubernetes', () => {
  it('works in a cluster only', () => {
    expect(said({ auth: 'kubernetes' }).problems).toEqual([
      'auth.type: kubernetes works in a pod of a cluster only: KUBERNETES_SERVICE_HOST is not set',
    ]);
  });

  it('names the files of the service account that are missing', () => {
    const env = { KUBERNETES_SERVICE_HOST: '10.0.0.1', SALVER_AUTH_KUBERNETES_MOUNT: join(repo, 'mount') };
    mkdirSync(join(repo, 'mount'));
    writeFileSync(join(repo, 'mount', 'namespace'), 'ml');
    expect(said({ auth: 'kubernetes', env }).problems).toEqual([
      `auth.type: kubernetes needs the service account of the pod; ${join(repo, 'mount')} has no readable token, ca.crt`,
    ]);
    writeFileSync(join(repo, 'mount', 'token'), 't');
    writeFileSync(join(repo, 'mount', 'ca.crt'), 'c');
    expect(said({ auth: 'kubernetes', env })).toEqual({ problems: [], warnings: [] });
  });
});

describe('auth.intra_server', () => {
  const on = (secret?: string) =>
    said({
      auth: OIDC,
      salver: 'auth: {intra_server: signed}',
      env: secret === undefined ? {} : { INTRA_COMMUNICATION_BASE64: secret },
    });

  it.each([
    [undefined, 'not set'],
    ['', 'not set'],
    ['aW50cmEtc2VydmVyLWNvbW11bmljYXRpb24=', 'the value that the chart publishes is no secret'],
    ['intra-server-communication', 'the value that the chart publishes is no secret'],
    ['c2hvcnQ=', 'shorter than 32 characters'],
    ['ab'.repeat(32), 'made of too few different characters'],
  ])('refuses the secret %s', (secret, reason) => {
    const { problems } = on(secret);
    expect(problems).toEqual([expect.stringContaining(`INTRA_COMMUNICATION_BASE64: ${reason}; `)]);
    expect(problems[0]).not.toContain(secret || 'no secret in particular');
  });

  it('takes a good one', () => {
    expect(on(GOOD_SECRET)).toEqual({ problems: [], warnings: [] });
  });

  it('warns that the variable does nothing while the option is off', () => {
    const warning =
      'INTRA_COMMUNICATION_BASE64: has no effect: tokens made of it are not taken (salver.yaml: auth.intra_server)';
    expect(said({ auth: OIDC, env: { INTRA_COMMUNICATION_BASE64: 'x' } }).warnings).toEqual([warning]);
    expect(said({ env: { INTRA_COMMUNICATION_BASE64: 'x' } }).warnings).toEqual([warning]);
  });

  it('warns of unsigned tokens', () => {
    const salver = 'auth: {intra_server: unsigned_as_feast}';
    expect(said({ auth: OIDC, salver, env: { INTRA_COMMUNICATION_BASE64: GOOD_SECRET } }).warnings).toEqual([
      'auth.intra_server: unsigned tokens show the secret itself to whoever sees a request; signed is safer',
    ]);
  });
});
