import type { MessageInitShape } from '@bufbuild/protobuf';
import type { PermissionPolicy } from '../../../common/model/permission.js';
import { POLICY, type Policy } from '../../../definitions/policy.js';
import type { PolicySchema } from '../../../generated/feast/core/Policy_pb.js';
import { OptionsReader } from './options-reader.js';
import { kindOfValue } from './value-kind.js';

type PolicyInit = MessageInitShape<typeof PolicySchema>;

/** Shape: who a permission is for. Everybody is a policy that says nothing. */
export function encodePolicy(permission: OptionsReader): PolicyInit {
  const value = permission.value('policy');
  if (value === undefined) {
    permission.tell('policy', "is missing: roleBased(['reader']), another policy, or allowAll for everybody");
    return {};
  }
  if (!isPolicy(value)) {
    permission.tell('policy', `must be a policy such as roleBased(['reader']), is ${kindOfValue(value)}`);
    return {};
  }
  const reader = new OptionsReader(value[POLICY], (path, message) =>
    permission.tell(`policy.${path ?? ''}`, message),
  );
  return { policyType: policyType(value[POLICY], reader) };
}

function policyType(policy: PermissionPolicy, reader: OptionsReader): NonNullable<PolicyInit['policyType']> {
  switch (policy.kind) {
    case 'role_based':
      return { case: 'roleBasedPolicy', value: { roles: named(reader, 'roles') } };
    case 'group_based':
      return { case: 'groupBasedPolicy', value: { groups: named(reader, 'groups') } };
    case 'namespace_based':
      return { case: 'namespaceBasedPolicy', value: { namespaces: named(reader, 'namespaces') } };
    case 'group_and_namespace': {
      const value = { groups: reader.texts('groups'), namespaces: reader.texts('namespaces') };
      if (value.groups.length + value.namespaces.length === 0) reader.tell('groups', NOBODY);
      return { case: 'combinedGroupNamespacePolicy', value };
    }
    case 'allow_all':
      return { case: undefined };
  }
}

const NOBODY = 'names nobody, so that nobody would pass: name at least one';

function named(reader: OptionsReader, key: string): string[] {
  const names = reader.texts(key);
  if (reader.list(key).length === 0) reader.tell(key, NOBODY);
  return names;
}

function isPolicy(value: unknown): value is Policy {
  return typeof value === 'object' && value !== null && POLICY in value;
}
