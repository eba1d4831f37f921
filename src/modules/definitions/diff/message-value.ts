import type { DescField, DescMessage, Message } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';
import type { Duration, Timestamp } from '@bufbuild/protobuf/wkt';
import { canonicalVersion } from '../view-version.js';
import {
  anyApplies,
  applies,
  NOT_COMPARED,
  ORDER_DOES_NOT_COUNT,
  VERSION_TEXTS,
} from './comparison-rules.js';
import type { FieldValue, RecordValue } from './field-value.js';
import { bytesText, durationText, enumText, stringText, timestampText } from './scalar-text.js';

const DURATION = 'google.protobuf.Duration';
const TIMESTAMP = 'google.protobuf.Timestamp';
const NO_TIME = durationText({ $typeName: DURATION, seconds: 0n, nanos: 0 });

/** Texts that a person wrote over several lines, and knows by their lines. */
const LINE_FIELDS: readonly string[] = ['body_text'];

/**
 * Shape: every field that counts and is set, by its name in the registry format. A message in which nothing is set
 *        counts as absent, as does no time at all; not so where the choice itself says something (`oneof`).
 */
export function messageValue(schema: DescMessage, message: Message): RecordValue {
  return recordValue(reflect(schema, message));
}

function recordValue(message: ReflectMessage): RecordValue {
  const typeName = message.desc.typeName;
  const fields = new Map<string, FieldValue>();
  for (const field of message.fields) {
    if (anyApplies(NOT_COMPARED, typeName, field.name)) continue;
    const value = applies(VERSION_TEXTS, typeName, field.name)
      ? plain(stringText(canonicalVersion(message.get(field) as string)))
      : fieldValue(message, field);
    if (value !== undefined) fields.set(field.name, value);
  }
  if (typeName === 'feast.core.OnDemandFeatureViewSpec') adoptOldFunction(fields);
  return { kind: 'record', typeName, fields };
}

/** Registries of old versions hold the function in a field of its own; Feast reads it where the newer one is absent. */
function adoptOldFunction(fields: Map<string, FieldValue>): void {
  const old = fields.get('user_defined_function');
  if (old === undefined) return;
  fields.delete('user_defined_function');
  if (fields.has('feature_transformation')) return;
  fields.set('feature_transformation', {
    kind: 'record',
    typeName: 'feast.core.FeatureTransformationV2',
    fields: new Map([['user_defined_function', old]]),
  });
}

/** Undefined: not set. */
function fieldValue(message: ReflectMessage, field: DescField): FieldValue | undefined {
  if (!message.isSet(field)) return undefined;
  const typeName = message.desc.typeName;
  switch (field.fieldKind) {
    case 'message': {
      const value = singleValue(field, message.get(field));
      return field.oneof === undefined && isNothing(value) ? undefined : value;
    }
    case 'list':
      return listValue(
        field,
        [...message.get(field)],
        !anyApplies(ORDER_DOES_NOT_COUNT, typeName, field.name),
      );
    case 'map':
      return {
        kind: 'members',
        ordered: false,
        members: new Map(
          [...message.get(field)].map(([key, value]) => [String(key), singleValue(field, value)]),
        ),
      };
    case 'scalar':
    case 'enum':
      return singleValue(field, message.get(field));
  }
}

function isNothing(value: FieldValue): boolean {
  return value.kind === 'record' ? value.fields.size === 0 : value.kind === 'text' && value.text === NO_TIME;
}

/** One value of a field: the only one, an item of its list, or a value of its map. */
function singleValue(field: DescField, value: unknown): FieldValue {
  if (field.message !== undefined) return messageField(value as ReflectMessage);
  if (field.enum !== undefined) return plain(enumText(field.enum, value as number));
  if (value instanceof Uint8Array) return plain(bytesText(value));
  if (typeof value !== 'string') return plain(String(value));
  return LINE_FIELDS.includes(field.name)
    ? { kind: 'text', text: value, lines: true }
    : plain(stringText(value));
}

function messageField(message: ReflectMessage): FieldValue {
  switch (message.desc.typeName) {
    case DURATION:
      return plain(durationText(message.message as Duration));
    case TIMESTAMP:
      return plain(timestampText(message.message as Timestamp));
    default:
      return recordValue(message);
  }
}

function plain(text: string): FieldValue {
  return { kind: 'text', text, lines: false };
}

function listValue(field: DescField, items: readonly unknown[], ordered: boolean): FieldValue {
  const values = items.map((item) => singleValue(field, item));
  const names = values.map((value, index) => memberName(value, items[index], ordered));
  if (names.some((name) => name === undefined) || new Set(names).size < names.length) {
    return { kind: 'list', items: values };
  }
  return {
    kind: 'members',
    ordered,
    members: new Map(values.map((value, i) => [names[i] as string, value])),
  };
}

/** Members of a list that are known by a name; scalars are where their order does not count. */
function memberName(value: FieldValue, item: unknown, ordered: boolean): string | undefined {
  if (value.kind === 'text') return ordered ? undefined : value.text;
  if (value.kind !== 'record') return undefined;
  if (value.typeName === 'feast.core.FeatureViewProjection') return projectionName(item as ReflectMessage);
  const name = value.fields.get('name');
  return name?.kind === 'text' ? name.text : undefined;
}

/** As requests name it: one view may be in a service several times, under other names or versions. */
function projectionName({ message }: ReflectMessage): string {
  const projection = message as Message & {
    readonly featureViewName: string;
    readonly featureViewNameAlias: string;
    readonly versionTag?: number;
  };
  const name = projection.featureViewNameAlias || projection.featureViewName;
  return projection.versionTag === undefined ? name : `${name}@v${projection.versionTag}`;
}
