import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { account, binding, group, TestCluster, user } from '../../../../test/support/test-cluster.js';
import { forgedToken, sendJson } from '../../../../test/support/test-issuer.js';
import { UnavailableError } from '../../../common/errors/errors.js';
import { VerifiedCallers } from '../verified-callers.js';
import { ClusterRoles } from './cluster-roles.js';
import { KubernetesApi } from './kubernetes-api.js';
import { KubernetesTokens } from './kubernetes-tokens.js';

const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const READER = { username: 'system:serviceaccount:apps:reader', groups: ['system:serviceaccounts', 'system:serviceaccounts:apps'] };

let folder: string;
let cluster: TestCluster;
let opened: KubernetesTokens[];
let told: string[];

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'salver-spec-'));
  cluster = new TestCluster(folder, 'feast');
  cluster.users.set('t-reader', READER);
  await cluster.start();
  opened = [];
  told = [];
});
afterEach(async () => {
  for (const tokens of opened) tokens.close();
  await cluster.stop();
  rmSync(folder, { recursive: true });
});

function tokensOf({ cacheMs = 60_000, timeoutMs = 2000 } = {}): KubernetesTokens {
  const port = Number(cluster.env['KUBERNETES_SERVICE_PORT']);
  const api = new KubernetesApi({ host: '127.0.0.1', port, mount: cluster.mount, timeoutMs });
  const tokens = new KubernetesTokens({
    api,
    cacheMs,
    callers: new VerifiedCallers(100),
    roles: new ClusterRoles(api, cacheMs, (what) => void told.push(`forbidden: ${what}`)),
    intraServer: undefined,
    onProblem: (reason) => void told.push(reason),
  });
  opened.push(tokens);
  return tokens;
}

const callerOf = async (token: string, tokens = tokensOf()) => tokens.callerOf(token);

describe('a service account', () => {
  it('has the roles that are bound to it in the namespace of the server', async () => {
    cluster.bindings.push(
      binding('a', 'feature-reader', [account('apps', 'reader')], 'feast'),
      binding('b', 'feature-writer', [account('apps', 'writer'), account('apps', 'reader')], 'feast'),
      binding('c', 'other-name', [account('apps', 'read')], 'feast'),
      binding('d', 'other-namespace-of-account', [account('ml', 'reader')], 'feast'),
      binding('e', 'same-name-of-user', [user('reader')], 'feast'),
      binding('f', 'elsewhere', [account('apps', 'reader')], 'apps'),
    );
    expect((await callerOf('t-reader'))?.roles).toEqual(['feature-reader', 'feature-writer']);
  });

  it('has the groups of the review, and those that may see its namespace', async () => {
    cluster.bindings.push(
      binding('a', 'r', [group('team'), user('u')], 'apps'),
      binding('b', 'r', [group('not-here')], 'feast'),
    );
    cluster.clusterBindings.push(
      binding('c', 'sees-namespaces', [group('auditors'), group('team')]),
      binding('d', 'names-it', [group('named')]),
      binding('e', 'all', [group('admins')]),
      binding('f', 'sees-pods', [group('not-these')]),
      binding('g', 'writes-namespaces', [group('nor-these')]),
      binding('h', 'gone', [group('of-no-role')]),
      binding('i', 'never-read', [user('alone')]),
    );
    cluster.clusterRoles.set('sees-namespaces', [{ resources: ['namespaces'], verbs: ['list'] }]);
    cluster.clusterRoles.set('names-it', [{ resources: ['pods'], verbs: ['delete'], resourceNames: ['apps'] }]);
    cluster.clusterRoles.set('all', [{ resources: ['*'], verbs: ['*'] }]);
    cluster.clusterRoles.set('sees-pods', [{ resources: ['pods'], verbs: ['get', 'list'] }]);
    cluster.clusterRoles.set('writes-namespaces', [{ resources: ['namespaces'], verbs: ['create'] }]);
    expect(await callerOf('t-reader')).toEqual({
      subject: 'apps:reader',
      roles: [],
      groups: ['admins', 'auditors', 'named', 'system:serviceaccounts', 'system:serviceaccounts:apps', 'team'],
      namespaces: ['apps'],
    });
    expect(cluster.requests).not.toContain(`${RBAC}/clusterroles/never-read`);
  });
});

describe('a user', () => {
  beforeEach(() => {
    cluster.users.set('sha256~opaque', { username: 'kim', groups: ['team', 'system:serviceaccounts:ml'] });
  });

  it('has the roles that are bound to it or to its groups anywhere', async () => {
    cluster.bindings.push(
      binding('a', 'by-name', [user('kim')], 'x'),
      binding('b', 'by-group', [group('team')], 'y'),
      binding('c', 'account-of-that-name', [account('x', 'kim')], 'x'),
      binding('d', 'other', [user('lee'), group('others')], 'x'),
    );
    cluster.clusterBindings.push(binding('e', 'cluster-wide', [group('team')]), binding('f', 'by-name', [user('kim')]));
    const caller = await callerOf('sha256~opaque');
    expect(caller?.subject).toBe('kim');
    expect(caller?.roles).toEqual(['by-group', 'by-name', 'cluster-wide']);
    expect(caller?.groups).toEqual(['system:serviceaccounts:ml', 'team']);
  });

  it('has the namespaces that the dashboard or an admin let it into', async () => {
    const dashboard = (name: string, namespace: string, label: string) => ({
      ...binding(name, 'view', [user('kim')], namespace),
      metadata: { name, namespace, labels: { 'opendatahub.io/dashboard': label } },
    });
    const admin = (namespace: string, kind: string, subject = user('kim')) => ({
      ...binding('admins', 'admin', [subject], namespace),
      roleRef: { kind, name: 'admin' },
    });
    cluster.bindings.push(
      dashboard('dashboard-permissions-1', 'project-a', 'true'),
      dashboard('dashboard-permissions-2', 'not-labelled', 'false'),
      dashboard('permissions', 'not-named-so', 'true'),
      admin('project-b', 'ClusterRole'),
      admin('a-role-called-admin', 'Role'),
      admin('of-a-group', 'ClusterRole', group('team')),
      admin('of-somebody-else', 'ClusterRole', user('lee')),
    );
    expect((await callerOf('sha256~opaque'))?.namespaces).toEqual(['ml', 'project-a', 'project-b']);
  });
});

describe('holes of Feast that are closed', () => {
  it('the verdict of the review counts: an unsigned token that names a service account is refused', async () => {
    cluster.bindings.push(binding('a', 'feature-reader', [account('apps', 'reader')], 'feast'));
    const forged = forgedToken({ alg: 'none' }, { sub: 'system:serviceaccount:apps:reader' });
    expect(await callerOf(forged)).toBeUndefined();
    expect(cluster.requests).toEqual([REVIEWS]);
  });

  it('identity comes from the review, not from the token', async () => {
    const token = forgedToken({ alg: 'RS256' }, { sub: 'system:serviceaccount:kube-system:admin' }, 'AAAA');
    cluster.users.set(token, READER);
    expect((await callerOf(token))?.subject).toBe('apps:reader');
  });

  it('a name that looks like the secret of servers makes nobody a server', async () => {
    cluster.users.set('t', { username: 'system:serviceaccount::c2VjcmV0' });
    expect((await callerOf('t'))?.intraServer).toBeUndefined();
  });

  it.each([
    { authenticated: false, user: READER },
    { user: READER },
    { authenticated: 'true', user: READER },
    { authenticated: true },
    { authenticated: true, user: {} },
    { authenticated: true, user: { username: '' } },
    { authenticated: true, user: { username: 5 } },
    undefined,
    null,
  ])('no verdict in %j', async (status) => {
    cluster.answers.set(REVIEWS, (response) => sendJson(response, { status }, 201));
    expect(await callerOf('t-reader')).toBeUndefined();
  });

  it('an error of the API is no caller without rights, but none at all', async () => {
    cluster.answers.set(`${RBAC}/namespaces`, (response) => sendJson(response, {}, 500));
    await expect(callerOf('t-reader')).rejects.toThrow(UnavailableError);
    expect(told).toEqual(['the API answers status 500 for rolebindings of a namespace']);
  });

  it('a request costs no call for a token that was just reviewed', async () => {
    const tokens = tokensOf();
    const first = await callerOf('t-reader', tokens);
    const calls = cluster.requests.length;
    for (let n = 0; n < 50; n++) expect(await callerOf('t-reader', tokens)).toBe(first);
    expect(cluster.requests).toHaveLength(calls);
  });
});

describe('reviews', () => {
  it('are made once for the same token at the same time', async () => {
    const tokens = tokensOf({ cacheMs: 0 });
    await Promise.all(Array.from({ length: 50 }, () => callerOf('t-reader', tokens)));
    expect(cluster.requests.filter((path) => path === REVIEWS)).toHaveLength(1);
  });

  it('are made again when the time is over, and see that a token was revoked', async () => {
    const tokens = tokensOf({ cacheMs: 1000 });
    expect(await callerOf('t-reader', tokens)).toBeDefined();
    cluster.users.delete('t-reader');
    expect(await callerOf('t-reader', tokens)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(await callerOf('t-reader', tokens)).toBeUndefined();
  });

  it('are not made for a token that says itself that it is over', async () => {
    const token = forgedToken({ alg: 'RS256' }, { exp: 1000 }, 'AAAA');
    cluster.users.set(token, READER);
    expect(await callerOf(token)).toBeUndefined();
    expect(cluster.requests).toEqual([]);
  });

  it('are not believed beyond the end of a token', async () => {
    const tokens = tokensOf();
    const token = forgedToken({ alg: 'RS256' }, { exp: Date.now() / 1000 + 1 }, 'AAAA');
    cluster.users.set(token, READER);
    expect(await callerOf(token, tokens)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(await callerOf(token, tokens)).toBeUndefined();
  });

  it('of refused tokens are not remembered', async () => {
    const tokens = tokensOf();
    expect(await callerOf('later', tokens)).toBeUndefined();
    cluster.users.set('later', READER);
    expect(await callerOf('later', tokens)).toBeDefined();
  });

  it('that this server may not make are an outage, and said', async () => {
    cluster.answers.set(REVIEWS, (response) => sendJson(response, { kind: 'Status' }, 403));
    await expect(callerOf('t-reader')).rejects.toThrow('Tokens cannot be verified at the moment');
    expect(told).toEqual(['the API answers a token review with 403; the service account needs the right to create them']);
  });
});

describe('the API', () => {
  it('is asked in the name of the mounted account, also when its token was replaced', async () => {
    const tokens = tokensOf({ cacheMs: 0 });
    expect(await callerOf('t-reader', tokens)).toBeDefined();
    cluster.rotate('server-token-2');
    expect(await callerOf('t-reader', tokens)).toBeDefined();
  });

  it('is trusted by the mounted authority, also when it was replaced', async () => {
    const tokens = tokensOf({ cacheMs: 0 });
    expect(await callerOf('t-reader', tokens)).toBeDefined();
    await cluster.renewAuthority();
    expect(await callerOf('t-reader', tokens)).toBeDefined();
  });

  it('of another authority is sent no token', async () => {
    const other = mkdtempSync(join(tmpdir(), 'salver-spec-'));
    const impostor = new TestCluster(other);
    await impostor.start();
    const api = new KubernetesApi({
      host: '127.0.0.1',
      port: Number(impostor.env['KUBERNETES_SERVICE_PORT']),
      mount: cluster.mount,
      timeoutMs: 2000,
    });
    await expect(api.call(REVIEWS, {})).rejects.toThrow(/^its certificate is not accepted/);
    expect(impostor.requests).toEqual([]);
    api.close();
    await impostor.stop();
    rmSync(other, { recursive: true });
  });

  it('that is down is 503, and back when it is', async () => {
    const tokens = tokensOf({ cacheMs: 0 });
    await cluster.stop();
    await expect(callerOf('t-reader', tokens)).rejects.toThrow(UnavailableError);
    await cluster.start();
    expect(await callerOf('t-reader', tokens)).toBeDefined();
  });

  it('that does not answer is given up', async () => {
    cluster.answers.set(REVIEWS, () => undefined);
    await expect(callerOf('t-reader', tokensOf({ timeoutMs: 100 }))).rejects.toThrow(UnavailableError);
    expect(told).toEqual(['no answer within 100 ms']);
  });

  it('is not followed anywhere else', async () => {
    cluster.answers.set(REVIEWS, (response) => response.writeHead(302, { location: 'https://127.0.0.1:1/' }).end());
    await expect(callerOf('t-reader')).rejects.toThrow('Tokens cannot be verified at the moment');
  });

  it('that lets this server read less gives callers fewer rights, and it is said once', async () => {
    cluster.bindings.push(binding('a', 'feature-reader', [account('apps', 'reader')], 'feast'));
    cluster.answers.set(`${RBAC}/clusterrolebindings`, (response) => sendJson(response, { kind: 'Status' }, 403));
    const tokens = tokensOf({ cacheMs: 0 });
    for (let n = 0; n < 3; n++) expect((await callerOf('t-reader', tokens))?.roles).toEqual(['feature-reader']);
    expect(told).toEqual(['forbidden: clusterrolebindings']);
  });
});

describe('under auth: oidc', () => {
  it('a service account has its full name and its namespace, and one review is all it costs', async () => {
    expect(await tokensOf().serviceAccountOf('t-reader')).toEqual({
      subject: 'system:serviceaccount:apps:reader',
      roles: [],
      groups: [],
      namespaces: ['apps'],
    });
    expect(cluster.requests).toEqual([REVIEWS]);
  });

  it('the verdict counts, too', async () => {
    expect(await tokensOf().serviceAccountOf('nobody')).toBeUndefined();
  });
});
