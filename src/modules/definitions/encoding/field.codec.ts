import { create } from '@bufbuild/protobuf';
import { FIELD_TYPE, isFieldType, shapeOf, type TypeShape } from '../../../definitions/field-type.js';
import { FeatureSpecV2Schema, type FeatureSpecV2 } from '../../../generated/feast/core/Feature_pb.js';
import type { ValueType_Enum } from '../../../generated/feast/types/Value_pb.js';
import { refusalOf, typeTags, valueTypeOf } from './field-type.codec.js';
import { OptionsReader } from './options-reader.js';
import { pathTo, type Tell } from './problem-report.js';
import { kindOfValue } from './value-kind.js';

const LARGEST_LENGTH = 2 ** 31 - 1;

/** Shape: the fields of a schema in their order, as the registry holds them; `property` is where the schema is. */
export function encodeFields(schema: unknown, tell: Tell, property: string): FeatureSpecV2[] {
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    const hint = 'must be an object of names and types such as { trips: int64 }';
    tell(property, schema === undefined ? `is missing: ${hint}` : `${hint}, is ${kindOfValue(schema)}`);
    return [];
  }
  return Object.entries(schema).map(([name, type]) => encodeField(name, type, tell, pathTo(property, name)));
}

function encodeField(name: string, type: unknown, tell: Tell, property: string): FeatureSpecV2 {
  if (name === '') tell(property, 'must have a name that is not empty');
  const shape = shapeOf(type);
  const refusal = refusalOf(shape);
  if (!isFieldType(type)) tell(property, `must be a type such as int64, is ${kindOfValue(type)}`);
  else if (refusal !== undefined) tell(property, refusal);
  return create(FeatureSpecV2Schema, {
    name,
    valueType: valueTypeOf(shape) as ValueType_Enum,
    ...optionsOf(type, shape, tell, property),
  });
}

/** A field of that name and type, of which nothing else is said. */
export function plainField(name: string, valueType: number): FeatureSpecV2 {
  return create(FeatureSpecV2Schema, { name, valueType: valueType as ValueType_Enum });
}

type FieldOptions = Pick<
  FeatureSpecV2,
  'description' | 'tags' | 'vectorIndex' | 'vectorLength' | 'vectorSearchMetric'
>;

function optionsOf(type: unknown, shape: TypeShape, tell: Tell, property: string): FieldOptions {
  const options = isFieldType(type) ? type[FIELD_TYPE].options : undefined;
  const reader = new OptionsReader(options ?? {}, tell, property);
  const read = {
    description: reader.text('description'),
    tags: { ...reader.textMap('tags'), ...typeTags(shape) },
    vectorIndex: reader.flag('vectorIndex', false),
    vectorLength: reader.number('vectorLength', 0),
    vectorSearchMetric: reader.text('vectorSearchMetric'),
  };
  reader.finish();
  if (read.vectorIndex && shape.kind !== 'LIST') {
    reader.tell('vectorIndex', 'is for lists of numbers, such as list(float32)');
  }
  if (!Number.isInteger(read.vectorLength) || read.vectorLength < 0 || read.vectorLength > LARGEST_LENGTH) {
    reader.tell('vectorLength', `must be a whole number of 0 or more, is ${read.vectorLength}`);
    return { ...read, vectorLength: 0 };
  }
  return read;
}
