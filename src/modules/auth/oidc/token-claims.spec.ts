import { describe, expect, it } from 'vitest';
import { callerOfClaims } from './token-claims.js';

const OPTIONS = { clientId: 'feast-client', roleClaims: [] };
const rolesOf = (
  claims: object,
  roleClaims: readonly string[] = [],
  clientId: string | null = 'feast-client',
) => callerOfClaims({ sub: 'u', ...claims }, { clientId, roleClaims })?.roles;

describe('the name', () => {
  it.each([
    [{ preferred_username: 'a', upn: 'b', azp: 'c', appid: 'd', sub: 'e' }, 'a'],
    [{ preferred_username: null, upn: 'b', sub: 'e' }, 'b'],
    [{ upn: 5, azp: 'c', sub: 'e' }, 'c'],
    [{ azp: ['x'], appid: 'd', sub: 'e' }, 'd'],
    [{ sub: 'e' }, 'e'],
  ])('of %j is %s', (claims, subject) => {
    expect(callerOfClaims(claims as never, OPTIONS)?.subject).toBe(subject);
  });

  it.each([{}, { sub: 5 }, { preferred_username: {} }, { name: 'x', email: 'y' }])(
    'is wanted: %j',
    (claims) => {
      expect(callerOfClaims(claims as never, OPTIONS)).toBeUndefined();
    },
  );
});

describe('roles', () => {
  it('of the client come first, each once', () => {
    const claims = { resource_access: { 'feast-client': { roles: ['b', 'a', 'b'] } }, roles: ['c', 'a'] };
    expect(rolesOf(claims)).toEqual(['b', 'a', 'c']);
  });

  it('of a client count only when it is named', () => {
    const claims = { resource_access: { other: { roles: ['x'] }, null: { roles: ['y'] } }, roles: ['z'] };
    expect(rolesOf(claims)).toEqual(['z']);
    expect(rolesOf(claims, [], null)).toEqual(['z']);
  });

  it.each([
    { roles: 'a' },
    { roles: { a: 1 } },
    { roles: [1, null, ['a']] },
    { resource_access: 'a' },
    { resource_access: { 'feast-client': ['a'] } },
    { resource_access: null },
  ])('of the wrong shape are none: %j', (claims) => {
    expect(rolesOf(claims)).toEqual([]);
  });

  it('are not read from realm_access and scope, as in Feast', () => {
    expect(rolesOf({ realm_access: { roles: ['a'] }, scope: 'b' })).toEqual([]);
  });

  it('are read from the claims that are configured', () => {
    const claims = {
      roles: ['r'],
      realm_access: { roles: ['a'] },
      scope: 'b  c',
      'https://x.org/roles': ['d'],
      'y.z': 'e',
    };
    const names = ['realm_access.roles', 'scope', 'https://x.org/roles', 'y.z', 'missing', 'scope.x'];
    expect(rolesOf(claims, names)).toEqual(['r', 'a', 'b', 'c', 'd', 'e']);
  });

  it.each(['__proto__', 'constructor', 'constructor.name', 'toString'])('are not found in %s', (name) => {
    expect(rolesOf({}, [name])).toEqual([]);
    expect(rolesOf({ resource_access: {} }, [], name)).toEqual([]);
  });

  it('under the name __proto__ are a claim like any other', () => {
    const claims = JSON.parse(
      '{"sub":"u","__proto__":["a"],"resource_access":{"__proto__":{"roles":["b"]}}}',
    ) as object;
    expect(rolesOf(claims, ['__proto__'], '__proto__')).toEqual(['b', 'a']);
  });
});

describe('groups and namespaces', () => {
  it('groups are the list of that name', () => {
    expect(callerOfClaims({ sub: 'u', groups: ['a', 5, '/b'] }, OPTIONS)?.groups).toEqual(['a', '/b']);
    expect(callerOfClaims({ sub: 'u', groups: 'a' }, OPTIONS)?.groups).toEqual([]);
  });

  it('a token cannot claim namespaces, nor to be a server', () => {
    const claims = { sub: 'u', namespaces: ['prod'], intraServer: true, intra_server: true };
    expect(callerOfClaims(claims, OPTIONS)).toEqual({ subject: 'u', roles: [], groups: [], namespaces: [] });
  });
});
