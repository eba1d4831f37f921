import { pythonRepr } from '../../common/codec/python-text.js';
import type { PermissionPolicy } from '../../common/model/permission.js';
import type { Caller } from './caller.js';

type RestrictedPolicy = Exclude<PermissionPolicy, { kind: 'allow_all' }>;

/** Why a policy does not let a caller pass, in Feast's words; undefined when it does. */
export function policyRefusal(policy: PermissionPolicy, caller: Caller): string | undefined {
  if (policy.kind === 'allow_all' || passes(policy, caller)) return undefined;
  return explanation(policy);
}

/** An empty list lets nobody pass. */
function passes(policy: RestrictedPolicy, { roles, groups, namespaces }: Caller): boolean {
  switch (policy.kind) {
    case 'role_based':
      return haveCommon(policy.roles, roles);
    case 'group_based':
      return haveCommon(policy.groups, groups);
    case 'namespace_based':
      return haveCommon(policy.namespaces, namespaces);
    case 'group_and_namespace':
      return haveCommon(policy.groups, groups) || haveCommon(policy.namespaces, namespaces);
  }
}

function explanation(policy: RestrictedPolicy): string {
  switch (policy.kind) {
    case 'role_based':
      return `Requires roles ${pythonRepr(policy.roles)}`;
    case 'group_based':
      return 'User is not added into the permitted groups';
    case 'namespace_based':
      return 'User is not added into the permitted namespaces';
    case 'group_and_namespace':
      return 'User must be in at least one of the permitted groups or namespaces';
  }
}

function haveCommon(wanted: readonly string[], given: readonly string[]): boolean {
  return wanted.some((name) => given.includes(name));
}
