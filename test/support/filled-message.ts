import { create, type DescField, type DescMessage, type Message, ScalarType } from '@bufbuild/protobuf';
import { reflect, type ReflectMessage } from '@bufbuild/protobuf/reflect';

const VIEW_SPEC = 'feast.core.FeatureViewSpec';
const TIME = /^google\.protobuf\.(Timestamp|Duration)$/;

export type Operation = 'set' | 'remove' | 'add';

/** A field somewhere below a message, with a way to change it alone. */
export interface Leaf {
  /** `[0]` stands for a member of a list. */
  readonly path: readonly string[];
  readonly operation: Operation;
  /** Changes the one field of a copy. */
  readonly change: (root: ReflectMessage) => void;
}

/** The message that a leaf lies in, in a copy of the root. */
type Holder = (root: ReflectMessage) => ReflectMessage;

let counter = 0;

/** A message with every field set, one member of each oneof: the `choice`th. */
export function filled(desc: DescMessage, choice: number, nesting: readonly string[] = []): Message {
  const message = reflect(desc, create(desc));
  for (const field of desc.fields) {
    const { oneof } = field;
    if (oneof === undefined || oneof.fields[choice % oneof.fields.length] === field) {
      fill(message, field, () => sample(field, choice, nesting));
    }
  }
  return message.message;
}

/** Every field below a message that is set. */
export function leaves(
  message: ReflectMessage,
  path: readonly string[] = [],
  holder: Holder = (root) => root,
): readonly Leaf[] {
  return message.fields.flatMap((field) =>
    message.isSet(field) ? fieldLeaves(message, field, [...path, field.name], holder) : [],
  );
}

/** Messages contain themselves (a push source its batch source, a view its source views): so deep, and no deeper. */
function isTooDeep(typeName: string, nesting: readonly string[]): boolean {
  const depth = nesting.filter((name) => name === typeName).length;
  const insideSourceView = nesting.indexOf(VIEW_SPEC) !== nesting.lastIndexOf(VIEW_SPEC);
  const limit = typeName === VIEW_SPEC ? 2 : 1;
  return depth >= limit || (insideSourceView && typeName !== 'feast.core.FeatureSpecV2');
}

function fill(message: ReflectMessage, field: DescField, value: () => unknown): void {
  const first = value();
  if (first === undefined) return;
  if (field.fieldKind === 'list') {
    for (const item of [first, value()]) message.get(field).add(item);
  } else if (field.fieldKind === 'map') {
    message.get(field).set('key', first);
  } else {
    message.set(field, first);
  }
}

/** Another value at each call; undefined: too deep. */
function sample(field: DescField, choice: number, nesting: readonly string[]): unknown {
  counter++;
  if (field.message !== undefined) {
    const { typeName } = field.message;
    if (isTooDeep(typeName, nesting)) return undefined;
    return reflect(field.message, filled(field.message, choice, [...nesting, typeName]));
  }
  if (field.enum !== undefined) {
    const { values } = field.enum;
    return values[1 + (counter % (values.length - 1))]?.number;
  }
  return sampleScalar(field.scalar);
}

function sampleScalar(type: ScalarType | undefined): unknown {
  if (type === ScalarType.STRING) return `text${counter}`;
  if (type === ScalarType.BYTES) return new TextEncoder().encode(`bytes${counter}`);
  if (type === ScalarType.BOOL) return true;
  return type === ScalarType.INT64 ? BigInt(counter) : counter;
}

function fieldLeaves(
  message: ReflectMessage,
  field: DescField,
  path: readonly string[],
  holder: Holder,
): readonly Leaf[] {
  switch (field.fieldKind) {
    case 'message': {
      const own: Holder = (root) => holder(root).get(field);
      return [
        ...(TIME.test(field.message.typeName)
          ? [set(path, (root) => void Object.assign(own(root).message, { seconds: BigInt(++counter) }))]
          : leaves(message.get(field), path, own)),
        remove(path, (root) => holder(root).clear(field)),
      ];
    }
    case 'list': {
      const member: Holder = (root) => holder(root).get(field).get(0) as ReflectMessage;
      return [
        ...(field.message === undefined
          ? []
          : leaves(message.get(field).get(0) as ReflectMessage, [...path, '[0]'], member)),
        {
          path,
          operation: 'add',
          change: (root) =>
            holder(root)
              .get(field)
              .add(sample(field, 0, [])),
        },
      ];
    }
    case 'map': {
      const member: Holder = (root) => holder(root).get(field).get('key') as ReflectMessage;
      return [
        ...(field.message === undefined
          ? []
          : leaves(message.get(field).get('key') as ReflectMessage, [...path, 'key'], member)),
        set(
          [...path, 'other'],
          (root) =>
            void holder(root)
              .get(field)
              .set('other', sample(field, 0, [])),
        ),
        remove([...path, 'key'], (root) => void holder(root).get(field).delete('key')),
      ];
    }
    case 'enum': {
      const other = field.enum.values.find(({ number }) => number !== message.get(field));
      return [set(path, (root) => holder(root).set(field, other?.number))];
    }
    case 'scalar': {
      const other = field.scalar === ScalarType.BOOL ? false : sample(field, 0, []);
      return [
        set(path, (root) => holder(root).set(field, other)),
        remove(path, (root) => holder(root).clear(field)),
      ];
    }
  }
}

function set(path: readonly string[], change: Leaf['change']): Leaf {
  return { path, operation: 'set', change };
}

function remove(path: readonly string[], change: Leaf['change']): Leaf {
  return { path, operation: 'remove', change };
}
