import type { Action, Permission, PermissionPolicy, ResourceType } from '../../common/model/permission.js';
import type { PermissionSpec } from '../../generated/feast/core/Permission_pb.js';
import {
  PermissionSpec_AuthzedAction as ActionNumber,
  PermissionSpec_Type as TypeNumber,
} from '../../generated/feast/core/Permission_pb.js';
import type { Policy } from '../../generated/feast/core/Policy_pb.js';
import { decodeStringMap } from './registry-scalar.codec.js';

const ACTIONS: ReadonlyMap<number, Action> = new Map<ActionNumber, Action>([
  [ActionNumber.CREATE, 'CREATE'],
  [ActionNumber.DESCRIBE, 'DESCRIBE'],
  [ActionNumber.UPDATE, 'UPDATE'],
  [ActionNumber.DELETE, 'DELETE'],
  [ActionNumber.READ_ONLINE, 'READ_ONLINE'],
  [ActionNumber.READ_OFFLINE, 'READ_OFFLINE'],
  [ActionNumber.WRITE_ONLINE, 'WRITE_ONLINE'],
  [ActionNumber.WRITE_OFFLINE, 'WRITE_OFFLINE'],
]);

const RESOURCE_TYPES: ReadonlyMap<number, ResourceType> = new Map<TypeNumber, ResourceType>([
  [TypeNumber.FEATURE_VIEW, 'FEATURE_VIEW'],
  [TypeNumber.ON_DEMAND_FEATURE_VIEW, 'ON_DEMAND_FEATURE_VIEW'],
  [TypeNumber.BATCH_FEATURE_VIEW, 'BATCH_FEATURE_VIEW'],
  [TypeNumber.STREAM_FEATURE_VIEW, 'STREAM_FEATURE_VIEW'],
  [TypeNumber.ENTITY, 'ENTITY'],
  [TypeNumber.FEATURE_SERVICE, 'FEATURE_SERVICE'],
  [TypeNumber.DATA_SOURCE, 'DATA_SOURCE'],
  [TypeNumber.VALIDATION_REFERENCE, 'VALIDATION_REFERENCE'],
  [TypeNumber.SAVED_DATASET, 'SAVED_DATASET'],
  [TypeNumber.PERMISSION, 'PERMISSION'],
  [TypeNumber.PROJECT, 'PROJECT'],
  [TypeNumber.LABEL_VIEW, 'LABEL_VIEW'],
]);

/** Passed by nobody: for what a newer writer said and this version cannot judge. */
const NOBODY: PermissionPolicy = Object.freeze({ kind: 'role_based', roles: Object.freeze([]) });

/**
 * Shape:  a permission. No types means any type, and no policy means everybody, so neither may come about by
 *         leaving out a number or a policy that this version does not know: nobody passes such a permission.
 */
export function decodePermission(spec: PermissionSpec): Permission {
  const types = spec.types.map((type) => RESOURCE_TYPES.get(type)).filter((type) => type !== undefined);
  const typesLost = types.length === 0 && spec.types.length > 0;
  return Object.freeze({
    name: spec.name,
    types: Object.freeze(types),
    namePatterns: Object.freeze(spec.namePatterns),
    requiredTags: decodeStringMap(spec.requiredTags),
    actions: Object.freeze(
      spec.actions.map((action) => ACTIONS.get(action)).filter((action) => action !== undefined),
    ),
    policy: typesLost ? NOBODY : decodePolicy(spec.policy),
    tags: decodeStringMap(spec.tags),
  });
}

function decodePolicy(policy: Policy | undefined): PermissionPolicy {
  const type = policy?.policyType;
  switch (type?.case) {
    case 'roleBasedPolicy':
      return Object.freeze({ kind: 'role_based', roles: Object.freeze(type.value.roles) });
    case 'groupBasedPolicy':
      return Object.freeze({ kind: 'group_based', groups: Object.freeze(type.value.groups) });
    case 'namespaceBasedPolicy':
      return Object.freeze({ kind: 'namespace_based', namespaces: Object.freeze(type.value.namespaces) });
    case 'combinedGroupNamespacePolicy':
      return Object.freeze({
        kind: 'group_and_namespace',
        groups: Object.freeze(type.value.groups),
        namespaces: Object.freeze(type.value.namespaces),
      });
    case undefined:
      return policy?.$unknown === undefined ? Object.freeze({ kind: 'allow_all' }) : NOBODY;
  }
}
