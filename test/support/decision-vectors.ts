import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type {
  Action,
  Permission,
  PermissionPolicy,
  ResourceType,
} from '../../src/common/model/permission.ts';
import { ANONYMOUS, type Caller } from '../../src/modules/auth/caller.ts';
import { type Resource, resourceOf } from '../../src/modules/auth/resource.ts';
import { CHECKOUT } from './servers.ts';

interface WrittenPermission {
  readonly name: string;
  readonly types?: readonly string[];
  readonly name_patterns?: string | readonly string[];
  readonly required_tags?: Readonly<Record<string, string>>;
  readonly actions?: readonly Action[];
  readonly policy: string | WrittenPolicy;
}

interface WrittenPolicy {
  readonly type: 'role' | 'group' | 'namespace' | 'combined';
  readonly roles?: readonly string[];
  readonly groups?: readonly string[];
  readonly namespaces?: readonly string[];
}

export interface Outcome {
  readonly decision: 'allowed' | 'denied';
  readonly http_status?: number;
  readonly message?: string;
  readonly permitted?: readonly string[];
}

interface WrittenVector {
  readonly id: string;
  readonly mode: 'assert' | 'list_filter';
  readonly permissions: readonly WrittenPermission[];
  readonly user: (Omit<Caller, 'subject'> & { readonly username: string }) | null;
  readonly resources: readonly { type: string; name: string; tags: Record<string, string> }[];
  readonly actions: readonly Action[];
  readonly env: Readonly<Record<string, string>>;
  readonly real: Outcome;
  readonly recommended?: Outcome;
}

/** A decision of Feast's security manager, in the words of the domain. */
export interface DecisionVector {
  readonly id: string;
  readonly mode: 'assert' | 'list_filter';
  readonly permissions: readonly Permission[];
  readonly caller: Caller;
  /** What Feast takes the caller for by its name alone; here only authentication can say so. */
  readonly isIntraServer: boolean;
  readonly resources: readonly Resource[];
  readonly actions: readonly Action[];
  readonly real: Outcome;
  readonly recommended: Outcome | undefined;
}

const ALL_ACTIONS: readonly Action[] = [
  'CREATE',
  'DESCRIBE',
  'UPDATE',
  'DELETE',
  'READ_ONLINE',
  'READ_OFFLINE',
  'WRITE_ONLINE',
  'WRITE_OFFLINE',
];

export function decisionVectors(): readonly DecisionVector[] {
  const path = join(CHECKOUT, 'test/fixtures/spec/auth-decision-vectors.json');
  const { vectors } = JSON.parse(readFileSync(path, 'utf8')) as {
    readonly vectors: readonly WrittenVector[];
  };
  return vectors.map(({ id, mode, permissions, user, resources, actions, env, real, recommended }) => ({
    id,
    mode,
    permissions: permissions.map(permissionOf),
    caller: user === null ? ANONYMOUS : { ...user, subject: user.username },
    isIntraServer: user !== null && user.username === env['INTRA_COMMUNICATION_BASE64'],
    resources: resources.map(({ type, name, tags }) =>
      resourceOf(resourceType(type), { name, tags: new Map(Object.entries(tags)) }),
    ),
    actions,
    real,
    recommended,
  }));
}

function permissionOf(written: WrittenPermission): Permission {
  return {
    name: written.name,
    types: (written.types ?? []).map(resourceType),
    namePatterns: [written.name_patterns ?? []].flat(),
    requiredTags: new Map(Object.entries(written.required_tags ?? {})),
    actions: written.actions ?? ALL_ACTIONS,
    policy: policyOf(written.policy),
    tags: new Map(),
  };
}

function policyOf(policy: WrittenPermission['policy']): PermissionPolicy {
  if (typeof policy === 'string') return { kind: 'allow_all' };
  const { type, roles = [], groups = [], namespaces = [] } = policy;
  switch (type) {
    case 'role':
      return { kind: 'role_based', roles };
    case 'group':
      return { kind: 'group_based', groups };
    case 'namespace':
      return { kind: 'namespace_based', namespaces };
    case 'combined':
      return { kind: 'group_and_namespace', groups, namespaces };
  }
}

/** `OnDemandFeatureView` → `ON_DEMAND_FEATURE_VIEW` */
function resourceType(className: string): ResourceType {
  return className.replaceAll(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase() as ResourceType;
}
