import type { PermissionPolicy } from '../common/model/permission.js';
import { frozenCopy } from './frozen-copy.js';

/** Marks policies, in every copy of this package. */
export const POLICY: unique symbol = Symbol.for('salver.policy') as never;

/** Who may do what a permission names. */
export interface Policy {
  readonly [POLICY]: PermissionPolicy;
}

/** Everybody, also who is not known. Feast 0.66 cannot read a registry that holds such a permission. */
export const allowAll: Policy = policy({ kind: 'allow_all' });

/** Who has one of the roles. */
export function roleBased(roles: readonly string[]): Policy {
  return policy({ kind: 'role_based', roles });
}

/** Who is in one of the groups. */
export function groupBased(groups: readonly string[]): Policy {
  return policy({ kind: 'group_based', groups });
}

/** Who comes from one of the namespaces. */
export function namespaceBased(namespaces: readonly string[]): Policy {
  return policy({ kind: 'namespace_based', namespaces });
}

/** Who is in one of the groups, or comes from one of the namespaces. */
export function groupAndNamespace(allowed: {
  readonly groups: readonly string[];
  readonly namespaces: readonly string[];
}): Policy {
  return policy({ kind: 'group_and_namespace', groups: allowed?.groups, namespaces: allowed?.namespaces });
}

function policy(data: PermissionPolicy): Policy {
  return Object.freeze({ [POLICY]: frozenCopy(data) });
}
