import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { PermissionDeniedError, UnavailableError } from '../../common/errors/errors.js';
import type { Permission } from '../../common/model/permission.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { decodeRegistry } from '../registry/registry.codec.js';
import { ANONYMOUS, type Caller } from './caller.js';
import { PermissionPolicy } from './permission-policy.js';
import { viewResource } from './resource.js';

const bytes = readFileSync(
  new URL('../../../test/fixtures/conformance/repos/permissions-oidc/data/registry.db', import.meta.url),
);
const recorded = decodeRegistry(bytes, 'perms');
const openStats = [viewResource(recorded.featureViews.get('open_stats')!)];
const reader: Caller = Object.freeze({ ...ANONYMOUS, subject: 'ann', roles: ['reader'] });
const nobody: Caller = Object.freeze({ ...ANONYMOUS, subject: 'bob' });
const READ = ['READ_ONLINE'] as const;

class Log {
  readonly lines: string[] = [];
  warn(message: string): void {
    this.lines.push(message);
  }
  error(message: string): void {
    this.lines.push(message);
  }
}

function policyOf(snapshot: () => RegistrySnapshot): {
  readonly policy: PermissionPolicy;
  readonly log: Log;
} {
  const log = new Log();
  return { policy: new PermissionPolicy({ snapshot }, log), log };
}

const withPermissions = (...permissions: Permission[]): RegistrySnapshot => ({
  ...recorded,
  permissions: new Map(permissions.map((permission) => [permission.name, permission])),
});
const permission: Permission = {
  name: 'p',
  types: [],
  namePatterns: ['(?=a)b', 'open_.*'],
  requiredTags: new Map(),
  actions: ['READ_ONLINE'],
  policy: { kind: 'role_based', roles: ['reader'] },
  tags: new Map(),
};

describe('PermissionPolicy', () => {
  it('allows and refuses by the permissions of the registry', () => {
    const { policy } = policyOf(() => recorded);
    expect(() => policy.assertAllowed(reader, READ, openStats)).not.toThrow();
    expect(() => policy.assertAllowed(nobody, READ, openStats)).toThrow(PermissionDeniedError);
    expect(policy.allows(reader, READ, openStats)).toBe(true);
    expect(policy.allows(reader, ['WRITE_ONLINE'], openStats)).toBe(false);
    expect(policy.permitted(reader, READ, openStats)).toEqual(openStats);
  });

  it('takes a change of the registry at once, for lists that were decided before too', () => {
    let current = withPermissions(permission);
    const { policy } = policyOf(() => current);
    expect(policy.allows(reader, READ, openStats)).toBe(true);
    current = withPermissions({ ...permission, policy: { kind: 'role_based', roles: ['other'] } });
    expect(policy.allows(reader, READ, openStats)).toBe(false);
    current = withPermissions(permission, { ...permission, name: 'q' });
    expect(policy.allows(reader, READ, openStats)).toBe(true);
  });

  it('tells what cannot be used once per set of permissions, not per request or refresh', () => {
    let current = withPermissions(permission);
    const { policy, log } = policyOf(() => current);
    for (let request = 0; request < 3; request++) policy.allows(reader, READ, openStats);
    current = withPermissions(permission);
    policy.allows(reader, READ, openStats);
    expect(log.lines).toEqual([
      'permission p: no name fits the pattern "(?=a)b", which cannot be used: look-ahead (?= at position 0',
    ]);
    current = withPermissions({ ...permission });
    policy.allows(reader, READ, openStats);
    expect(log.lines).toHaveLength(2);
  });

  it('lets in everybody with a name when there are no permissions, and says so', () => {
    const { policy, log } = policyOf(() => withPermissions());
    expect(policy.allows(nobody, READ, openStats)).toBe(true);
    expect(policy.allows(ANONYMOUS, READ, openStats)).toBe(false);
    expect(log.lines[0]).toMatch(/no permissions/);
  });

  it('refuses when a decision fails, and says why in the log alone', () => {
    const broken = withPermissions({ ...permission, policy: null as unknown as Permission['policy'] });
    const { policy, log } = policyOf(() => broken);
    expect(() => policy.assertAllowed(reader, READ, openStats)).toThrow(
      new PermissionDeniedError('Permission error:\nThe permissions could not be checked. Access denied.'),
    );
    expect(policy.allows(reader, READ, openStats)).toBe(false);
    expect(() => policy.permitted(reader, READ, openStats)).toThrow(PermissionDeniedError);
    expect(log.lines[0]).toMatch(/permissions could not be checked: TypeError/);
  });

  it('refuses a caller that nobody found out', () => {
    const { policy } = policyOf(() => recorded);
    expect(policy.allows(undefined as unknown as Caller, READ, openStats)).toBe(false);
  });

  it('is not available without a registry', () => {
    const { policy } = policyOf(() => {
      throw new UnavailableError('not loaded');
    });
    expect(() => policy.assertAllowed(reader, READ, openStats)).toThrow(UnavailableError);
  });
});

describe('what is remembered', () => {
  it('is the same for callers that the permissions cannot tell apart, whatever else they have', () => {
    const { policy } = policyOf(() => recorded);
    const roles = Array.from({ length: 20_000 }, (_, index) => `role-${index}`);
    for (const extra of [[], roles, roles.toReversed()]) {
      expect(policy.allows({ ...nobody, roles: [...extra, 'reader'] }, READ, openStats)).toBe(true);
      expect(policy.allows({ ...nobody, roles: extra }, READ, openStats)).toBe(false);
    }
  });

  it('does not mix up callers whose names could be read in more than one way', () => {
    const policyFor = (roles: string[], groups: string[]): PermissionPolicy =>
      policyOf(() =>
        withPermissions(
          { ...permission, name: 'r', policy: { kind: 'role_based', roles } },
          { ...permission, name: 'g', policy: { kind: 'group_based', groups } },
        ),
      ).policy;
    const policy = policyFor(['a,b', 'a'], ['never']);
    expect(policy.allows({ ...nobody, roles: ['a,b'] }, READ, openStats)).toBe(true);
    expect(policy.allows({ ...nobody, roles: ['b'], groups: ['a'] }, READ, openStats)).toBe(false);
    expect(policy.allows({ ...nobody, groups: ['a', 'a,b'] }, READ, openStats)).toBe(false);
  });
});
