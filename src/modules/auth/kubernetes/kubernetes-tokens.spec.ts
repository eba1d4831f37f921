import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterTokens, RBAC, READER, REVIEWS } from '../../../../test/support/cluster-tokens.js';
import { account, binding, group, user } from '../../../../test/support/test-cluster.js';
import { forgedToken, sendJson } from '../../../../test/support/test-issuer.js';
import { UnavailableError } from '../../../common/errors/errors.js';

let given: ClusterTokens;

beforeEach(async () => {
  given = new ClusterTokens();
  await given.start();
});
afterEach(() => given.stop());

describe('a service account', () => {
  it('has the roles that are bound to it in the namespace of the server', async () => {
    given.cluster.bindings.push(
      binding('a', 'feature-reader', [account('apps', 'reader')], 'feast'),
      binding('b', 'feature-writer', [account('apps', 'writer'), account('apps', 'reader')], 'feast'),
      binding('c', 'other-name', [account('apps', 'read')], 'feast'),
      binding('d', 'other-namespace-of-account', [account('ml', 'reader')], 'feast'),
      binding('e', 'same-name-of-user', [user('reader')], 'feast'),
      binding('f', 'elsewhere', [account('apps', 'reader')], 'apps'),
    );
    expect((await given.callerOf('t-reader'))?.roles).toEqual(['feature-reader', 'feature-writer']);
  });

  it('has the groups of the review, and those that may see its namespace', async () => {
    given.cluster.bindings.push(
      binding('a', 'r', [group('team'), user('u')], 'apps'),
      binding('b', 'r', [group('not-here')], 'feast'),
    );
    given.cluster.clusterBindings.push(
      binding('c', 'sees-namespaces', [group('auditors'), group('team')]),
      binding('d', 'names-it', [group('named')]),
      binding('e', 'all', [group('admins')]),
      binding('f', 'sees-pods', [group('not-these')]),
      binding('g', 'writes-namespaces', [group('nor-these')]),
      binding('h', 'gone', [group('of-no-role')]),
      binding('i', 'never-read', [user('alone')]),
    );
    given.cluster.clusterRoles.set('sees-namespaces', [{ resources: ['namespaces'], verbs: ['list'] }]);
    given.cluster.clusterRoles.set('names-it', [
      { resources: ['pods'], verbs: ['delete'], resourceNames: ['apps'] },
    ]);
    given.cluster.clusterRoles.set('all', [{ resources: ['*'], verbs: ['*'] }]);
    given.cluster.clusterRoles.set('sees-pods', [{ resources: ['pods'], verbs: ['get', 'list'] }]);
    given.cluster.clusterRoles.set('writes-namespaces', [{ resources: ['namespaces'], verbs: ['create'] }]);
    expect(await given.callerOf('t-reader')).toEqual({
      subject: 'apps:reader',
      roles: [],
      groups: [
        'admins',
        'auditors',
        'named',
        'system:serviceaccounts',
        'system:serviceaccounts:apps',
        'team',
      ],
      namespaces: ['apps'],
    });
    expect(given.cluster.requests).not.toContain(`${RBAC}/clusterroles/never-read`);
  });
});

describe('a user', () => {
  beforeEach(() => {
    given.cluster.users.set('sha256~opaque', {
      username: 'kim',
      groups: ['team', 'system:serviceaccounts:ml'],
    });
  });

  it('has the roles that are bound to it or to its groups anywhere', async () => {
    given.cluster.bindings.push(
      binding('a', 'by-name', [user('kim')], 'x'),
      binding('b', 'by-group', [group('team')], 'y'),
      binding('c', 'account-of-that-name', [account('x', 'kim')], 'x'),
      binding('d', 'other', [user('lee'), group('others')], 'x'),
    );
    given.cluster.clusterBindings.push(
      binding('e', 'cluster-wide', [group('team')]),
      binding('f', 'by-name', [user('kim')]),
    );
    const caller = await given.callerOf('sha256~opaque');
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
    given.cluster.bindings.push(
      dashboard('dashboard-permissions-1', 'project-a', 'true'),
      dashboard('dashboard-permissions-2', 'not-labelled', 'false'),
      dashboard('permissions', 'not-named-so', 'true'),
      admin('project-b', 'ClusterRole'),
      admin('a-role-called-admin', 'Role'),
      admin('of-a-group', 'ClusterRole', group('team')),
      admin('of-somebody-else', 'ClusterRole', user('lee')),
    );
    expect((await given.callerOf('sha256~opaque'))?.namespaces).toEqual(['ml', 'project-a', 'project-b']);
  });
});

describe('holes of Feast that are closed', () => {
  it('the verdict of the review counts: an unsigned token that names a service account is refused', async () => {
    given.cluster.bindings.push(binding('a', 'feature-reader', [account('apps', 'reader')], 'feast'));
    const forged = forgedToken({ alg: 'none' }, { sub: 'system:serviceaccount:apps:reader' });
    expect(await given.callerOf(forged)).toBeUndefined();
    expect(given.cluster.requests).toEqual([REVIEWS]);
  });

  it('identity comes from the review, not from the token', async () => {
    const token = forgedToken({ alg: 'RS256' }, { sub: 'system:serviceaccount:kube-system:admin' }, 'AAAA');
    given.cluster.users.set(token, READER);
    expect((await given.callerOf(token))?.subject).toBe('apps:reader');
  });

  it('a name that looks like the secret of servers makes nobody a server', async () => {
    given.cluster.users.set('t', { username: 'system:serviceaccount::c2VjcmV0' });
    expect((await given.callerOf('t'))?.intraServer).toBeUndefined();
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
    given.cluster.answers.set(REVIEWS, (response) => sendJson(response, { status }, 201));
    expect(await given.callerOf('t-reader')).toBeUndefined();
  });

  it('an error of the API is no caller without rights, but none at all', async () => {
    given.cluster.answers.set(`${RBAC}/namespaces`, (response) => sendJson(response, {}, 500));
    await expect(given.callerOf('t-reader')).rejects.toThrow(UnavailableError);
    expect(given.told).toEqual(['the API answers status 500 for rolebindings of a namespace']);
  });

  it('a request costs no call for a token that was just reviewed', async () => {
    const tokens = given.open();
    const first = await given.callerOf('t-reader', tokens);
    const calls = given.cluster.requests.length;
    for (let n = 0; n < 50; n++) expect(await given.callerOf('t-reader', tokens)).toBe(first);
    expect(given.cluster.requests).toHaveLength(calls);
  });
});

describe('reviews', () => {
  it('are made once for the same token at the same time', async () => {
    const tokens = given.open({ cacheMs: 0 });
    await Promise.all(Array.from({ length: 50 }, () => given.callerOf('t-reader', tokens)));
    expect(given.cluster.requests.filter((path) => path === REVIEWS)).toHaveLength(1);
  });

  it('are made again when the time is over, and see that a token was revoked', async () => {
    const tokens = given.open({ cacheMs: 1000 });
    expect(await given.callerOf('t-reader', tokens)).toBeDefined();
    given.cluster.users.delete('t-reader');
    expect(await given.callerOf('t-reader', tokens)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(await given.callerOf('t-reader', tokens)).toBeUndefined();
  });

  it('are not made for a token that says itself that it is over', async () => {
    const token = forgedToken({ alg: 'RS256' }, { exp: 1000 }, 'AAAA');
    given.cluster.users.set(token, READER);
    expect(await given.callerOf(token)).toBeUndefined();
    expect(given.cluster.requests).toEqual([]);
  });

  it('are not believed beyond the end of a token', async () => {
    const tokens = given.open();
    const token = forgedToken({ alg: 'RS256' }, { exp: Date.now() / 1000 + 1 }, 'AAAA');
    given.cluster.users.set(token, READER);
    expect(await given.callerOf(token, tokens)).toBeDefined();
    await new Promise((resolve) => setTimeout(resolve, 1050));
    expect(await given.callerOf(token, tokens)).toBeUndefined();
  });

  it('of refused tokens are not remembered', async () => {
    const tokens = given.open();
    expect(await given.callerOf('later', tokens)).toBeUndefined();
    given.cluster.users.set('later', READER);
    expect(await given.callerOf('later', tokens)).toBeDefined();
  });

  it('that this server may not make are an outage, and said', async () => {
    given.cluster.answers.set(REVIEWS, (response) => sendJson(response, { kind: 'Status' }, 403));
    await expect(given.callerOf('t-reader')).rejects.toThrow('Tokens cannot be verified at the moment');
    expect(given.told).toEqual([
      'the API answers a token review with 403; the service account needs the right to create them',
    ]);
  });
});

describe('under auth: oidc', () => {
  it('a service account has its full name and its namespace, and one review is all it costs', async () => {
    expect(await given.open().serviceAccountOf('t-reader')).toEqual({
      subject: 'system:serviceaccount:apps:reader',
      roles: [],
      groups: [],
      namespaces: ['apps'],
    });
    expect(given.cluster.requests).toEqual([REVIEWS]);
  });

  it('the verdict counts, too', async () => {
    expect(await given.open().serviceAccountOf('nobody')).toBeUndefined();
  });
});
