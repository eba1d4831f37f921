import type { Entity } from '../../common/model/entity.js';
import type { EntitySpecV2 } from '../../generated/feast/core/Entity_pb.js';
import { decodeStringMap, decodeValueType } from './registry-scalar.codec.js';

/** Shape: an entity with its single join key. Its type may be UNKNOWN: the one that counts is the view's. */
export function decodeEntity(spec: EntitySpecV2): Entity {
  return Object.freeze({
    name: spec.name,
    joinKey: spec.joinKey,
    valueType: decodeValueType(spec.valueType),
    description: spec.description,
    owner: spec.owner,
    tags: decodeStringMap(spec.tags),
  });
}
