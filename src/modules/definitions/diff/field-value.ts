/** A field of a message in the form in which it is compared and shown. */
export type FieldValue = TextValue | RecordValue | MembersValue | ListValue;

/** Equal texts are equal values. */
export interface TextValue {
  readonly kind: 'text';
  readonly text: string;
  /** Of several lines, such as the text of a function: a change is shown by its lines. */
  readonly lines: boolean;
}

/** A message: names of the registry format → values; what is not set is left out. */
export interface RecordValue {
  readonly kind: 'record';
  readonly typeName: string;
  readonly fields: ReadonlyMap<string, FieldValue>;
}

/** A map, or a list whose members have names of their own. */
export interface MembersValue {
  readonly kind: 'members';
  readonly members: ReadonlyMap<string, FieldValue>;
  /** The order of the members says something. */
  readonly ordered: boolean;
}

export interface ListValue {
  readonly kind: 'list';
  readonly items: readonly FieldValue[];
}

/** Shape: one line, `{ name: trips, value_type: INT64 }`. */
export function valueText(value: FieldValue): string {
  switch (value.kind) {
    case 'text':
      return value.lines ? JSON.stringify(value.text) : value.text;
    case 'record':
      return entriesText([...value.fields]);
    case 'members':
      return entriesText([...value.members]);
    case 'list':
      return `[${value.items.map(valueText).join(', ')}]`;
  }
}

function entriesText(entries: readonly (readonly [string, FieldValue])[]): string {
  if (entries.length === 0) return '{}';
  return `{ ${entries.map(([name, value]) => `${name}: ${valueText(value)}`).join(', ')} }`;
}
