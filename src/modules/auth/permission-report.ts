import { ACTIONS, type Action, RESOURCE_TYPES, type ResourceType } from '../../common/model/permission.js';
import { ANONYMOUS } from './caller.js';
import { CompiledPermission } from './compiled-permission.js';
import type { CompiledPermissions } from './compiled-permissions.js';
import { classNameOf, type Resource, resourceOf } from './resource.js';

/** What the permissions of a project do not do. */
export interface PermissionReport {
  /** Refused to everybody. */
  readonly resources: readonly { readonly name: string; readonly type: string }[];
  /** Refused to everybody, on resources that some permission is for. */
  readonly actions: readonly {
    readonly name: string;
    readonly type: string;
    readonly actions: readonly Action[];
  }[];
  /** No name fits them. */
  readonly patterns: readonly {
    readonly permission: string;
    readonly pattern: string;
    readonly reason: string;
  }[];
  /** Nobody gets anything by them. */
  readonly permissions: readonly { readonly permission: string; readonly reason: string }[];
}

export function reportPermissions(
  { permissions, problems }: CompiledPermissions,
  resources: readonly Resource[],
): PermissionReport {
  const refused = resources.map((resource) => ({
    name: resource.name,
    type: classNameOf(resource),
    actions: ACTIONS.filter(
      (action) => !permissions.some((each) => each.matches(resource) && each.hasActions([action])),
    ),
  }));
  return {
    resources: refused
      .filter(({ actions }) => actions.length === ACTIONS.length)
      .map(({ name, type }) => ({ name, type })),
    actions: refused.filter(({ actions }) => actions.length > 0 && actions.length < ACTIONS.length),
    patterns: problems,
    permissions: permissions.flatMap((each) => {
      const reason = uselessness(each, resources);
      return reason === undefined ? [] : [{ permission: each.permission.name, reason }];
    }),
  };
}

function uselessness(compiled: CompiledPermission, resources: readonly Resource[]): string | undefined {
  const { policy, actions } = compiled.permission;
  if (actions.length === 0) return 'it names no action that is known here';
  const named = Object.values(policy).some((value) => Array.isArray(value) && value.length > 0);
  if (policy.kind !== 'allow_all' && !named) return 'its policy lets nobody pass';
  return resources.some((resource) => compiled.matches(resource))
    ? undefined
    : 'no resource has one of its types, a name that fits and its tags';
}

/** For each permission and each of its types: what it is for. */
export interface PermissionMatches {
  readonly permission: string;
  readonly roles: readonly string[];
  readonly type: string;
  readonly resources: readonly string[];
}

export function matchesOf(
  { permission }: CompiledPermission,
  resources: readonly Resource[],
): readonly PermissionMatches[] {
  const { name, types, policy } = permission;
  return (types.length === 0 ? RESOURCE_TYPES : types)
    .filter((type) => type !== 'PROJECT')
    .map((type) => {
      const ofType = new CompiledPermission({ ...permission, types: [type] });
      return {
        permission: name,
        roles: policy.kind === 'role_based' ? policy.roles : [],
        type: classNameOfType(type),
        resources: resources.filter((resource) => ofType.matches(resource)).map((resource) => resource.name),
      };
    });
}

function classNameOfType(type: ResourceType): string {
  return classNameOf(resourceOf(type, { name: '', tags: new Map() }));
}

/** Every role that a role-based policy names. */
export function rolesOf({ permissions }: CompiledPermissions): readonly string[] {
  const roles = permissions.flatMap(({ permission: { policy } }) =>
    policy.kind === 'role_based' ? policy.roles : [],
  );
  return Array.from(new Set(roles)).toSorted();
}

/** What a caller with one role, and nothing else, may do with a resource. */
export function actionsOfRole(
  permissions: CompiledPermissions,
  role: string,
  resource: Resource,
): readonly Action[] {
  const caller = { ...ANONYMOUS, roles: [role] };
  return ACTIONS.filter((action) => permissions.refusal(caller, [action], [resource]) === undefined);
}
