import { create, toBinary } from '@bufbuild/protobuf';
import { describe, expect, it } from 'vitest';
import type { PermissionPolicy } from '../../common/model/permission.js';
import { ValueType } from '../../common/model/value.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import type { PermissionSpec } from '../../generated/feast/core/Permission_pb.js';
import { PermissionSpecSchema } from '../../generated/feast/core/Permission_pb.js';
import type { Policy } from '../../generated/feast/core/Policy_pb.js';
import { PolicySchema } from '../../generated/feast/core/Policy_pb.js';
import { RegistrySchema } from '../../generated/feast/core/Registry_pb.js';
import { decodeRegistry } from './registry.codec.js';

const project = 'new';

/** A number of an enum that this version has no name for. */
function unnamed(number: number): never {
  return number as never;
}

function encode(registry: Registry): Uint8Array {
  return toBinary(RegistrySchema, registry);
}

describe('a permission with parts that this version does not know', () => {
  const readers = create(PolicySchema, {
    policyType: { case: 'roleBasedPolicy', value: { roles: ['reader'] } },
  });

  function policyOf(types: PermissionSpec['types'], policy: Policy): PermissionPolicy | undefined {
    const spec = create(PermissionSpecSchema, { name: 'p', project, types, policy });
    const registry = create(RegistrySchema, { permissions: [{ spec }] });
    return decodeRegistry(encode(registry), project).permissions.get('p')?.policy;
  }

  it('is passed by nobody when its policy is of an unknown kind', () => {
    const unknown = create(PolicySchema);
    unknown.$unknown = [{ no: 99, wireType: 2, data: new Uint8Array([0]) }];
    expect(policyOf([], unknown)).toEqual({ kind: 'role_based', roles: [] });
    expect(policyOf([], create(PolicySchema))).toEqual({ kind: 'allow_all' });
  });

  it('is passed by nobody when none of its types is known, because no types mean all', () => {
    expect(policyOf([unnamed(77)], readers)).toEqual({ kind: 'role_based', roles: [] });
    expect(policyOf([unnamed(77), 0], readers)).toEqual({ kind: 'role_based', roles: ['reader'] });
  });
});

describe('numbers that this version has no name for', () => {
  it('are left out, or are the name for unknown', () => {
    const registry = create(RegistrySchema, {
      permissions: [{ spec: { name: 'p', project, actions: [4, unnamed(88)] } }],
      dataSources: [{ name: 's', project, type: unnamed(99) }],
      featureViews: [
        {
          spec: { name: 'v', project, features: [{ name: 'f', valueType: unnamed(1000) }] },
          meta: { state: unnamed(17) },
        },
      ],
      labelViews: [{ spec: { name: 'l', project, conflictPolicy: unnamed(9) } }],
    });
    const snapshot = decodeRegistry(encode(registry), project);
    expect(snapshot.permissions.get('p')?.actions).toEqual(['READ_ONLINE']);
    expect(snapshot.dataSources.get('s')?.kind).toBe('INVALID');
    expect(snapshot.featureViews.get('v')?.features[0]?.valueType).toBe(ValueType.UNKNOWN);
    expect(snapshot.featureViews.get('v')?.state).toBe('STATE_UNSPECIFIED');
    expect(snapshot.labelViews.get('l')?.conflictPolicy).toBe('LAST_WRITE_WINS');
  });

  it('may stand at the outermost level', () => {
    const registry = create(RegistrySchema, { entities: [{ spec: { name: 'driver', project } }] });
    registry.$unknown = [
      { no: 500, wireType: 0, data: new Uint8Array([7]) },
      { no: 501, wireType: 2, data: new Uint8Array([1, 0x78]) },
      // The number of the entities, but not a message.
      { no: 1, wireType: 0, data: new Uint8Array([7]) },
    ];
    expect([...decodeRegistry(encode(registry), project).entities.keys()]).toEqual(['driver']);
  });
});
