import { create } from '@bufbuild/protobuf';
import { DUMMY_ENTITY_NAME, DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import { ValueType } from '../../../common/model/value.js';
import type { Definition } from '../../../definitions/definition.js';
import { isFieldType, shapeOf } from '../../../definitions/field-type.js';
import { EntitySchema, type Entity } from '../../../generated/feast/core/Entity_pb.js';
import type { ValueType_Enum } from '../../../generated/feast/types/Value_pb.js';
import { noteOf, optionsOf } from './definition-options.js';
import { valueTypeOf } from './field-type.codec.js';
import { OptionsReader } from './options-reader.js';
import type { Tell } from './problem-report.js';
import { kindOfValue } from './value-kind.js';

/** Types that tell one entity from another; Feast takes none of the others for a join key. */
const KEYLESS: ReadonlySet<string> = new Set([
  'LIST',
  'SET',
  'STRUCT',
  'MAP',
  'JSON',
  'SCALAR_MAP',
  'ZONED_TIMESTAMP',
]);

/** Shape: an entity; its type is UNKNOWN when the views have to say it. */
export function encodeEntity(definition: Definition, project: string, tell: Tell): Entity {
  const reader = new OptionsReader(optionsOf(definition), tell);
  const name = reader.requiredText('name');
  if (name === DUMMY_ENTITY_NAME) {
    reader.tell('name', `'${name}' is Feast's own, for views without entities: give the entity another name`);
  }
  const joinKey = joinKeyOf(definition, reader);
  const valueType = keyTypeOf(reader) as ValueType_Enum;
  const spec = { name, joinKey, valueType, project, ...descriptive(reader) };
  reader.finish();
  return create(EntitySchema, { spec });
}

/** The entity that Feast registers in every project, for views without entities. */
export function dummyEntity(project: string): Entity {
  return create(EntitySchema, { spec: { name: DUMMY_ENTITY_NAME, joinKey: DUMMY_JOIN_KEY, project } });
}

/** What every kind may say about itself. */
export function descriptive(reader: OptionsReader): {
  description: string;
  tags: Record<string, string>;
  owner: string;
} {
  return {
    description: reader.text('description'),
    tags: reader.textMap('tags'),
    owner: reader.text('owner'),
  };
}

function joinKeyOf(definition: Definition, reader: OptionsReader): string {
  const joinKey = reader.text('joinKey', noteOf(definition, 'joinKey'));
  if (reader.value('joinKey') === '')
    reader.tell('joinKey', 'must not be empty: leave it out to use the name');
  if (joinKey === DUMMY_JOIN_KEY) {
    reader.tell('joinKey', `'${joinKey}' is Feast's own, for views without entities: use another column`);
  }
  return joinKey;
}

function keyTypeOf(reader: OptionsReader): number {
  const type = reader.value('type');
  if (type === undefined) return ValueType.UNKNOWN;
  const shape = shapeOf(type);
  if (!isFieldType(type))
    reader.tell('type', `must be a type such as int64 or string, is ${kindOfValue(type)}`);
  else if (KEYLESS.has(shape.kind)) {
    reader.tell(
      'type',
      `a join key cannot be of the type ${shape.kind}: use int64, int32, string, bytes or unixTimestamp`,
    );
  }
  return valueTypeOf(shape);
}
