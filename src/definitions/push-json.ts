import type { TypeShape } from './field-type.js';

/** The values of a column, each as JSON, in the form that is stored as the type of the column means it. */
export function columnJson(shape: TypeShape, values: readonly unknown[]): readonly string[] {
  const whole = shape.kind === 'INT32' || shape.kind === 'INT64' || shape.kind === 'UNIX_TIMESTAMP';
  // Beside a null, numbers would be taken for floats; digits in a text are not.
  const asText = whole && values.includes(null);
  return values.map((value) => {
    if (value === null) return 'null';
    const text = cellJson(shape, value);
    return asText ? `"${text}"` : text;
  });
}

export function timeJson(value: unknown): string {
  return jsonString(dateOf(value).toISOString());
}

export function jsonString(text: string): string {
  return JSON.stringify(text);
}

function cellJson(shape: TypeShape, value: unknown): string {
  if (isDocument(shape)) return jsonString(partJson(shape, value));
  if (!isCollection(shape)) return scalarJson(shape, value);
  // Lists of objects would be taken for numpy arrays, which nothing stores.
  const asText = shape.kind === 'LIST' && isDocument(shape.item) && shape.item.kind !== 'JSON';
  if (asText) return jsonString(partJson(shape, value));
  return itemsJson(value, (item) => cellJson(shape.item, item));
}

/** A value inside a document: floats are still told from whole numbers. */
function partJson(shape: TypeShape | undefined, value: unknown): string {
  if (value === null || value === undefined) return 'null';
  if (shape === undefined || shape.kind === 'MAP' || shape.kind === 'JSON') return documentJson(value);
  if (isCollection(shape)) return itemsJson(value, (item) => partJson(shape.item, item));
  if (shape.kind !== 'STRUCT') return scalarJson(shape, value);
  return membersJson(value, (name, member) => partJson(shape.members[name], member));
}

function isDocument({ kind }: TypeShape): boolean {
  return kind === 'MAP' || kind === 'STRUCT' || kind === 'JSON';
}

function isCollection(shape: TypeShape): shape is Extract<TypeShape, { readonly item: TypeShape }> {
  return shape.kind === 'LIST' || shape.kind === 'SET';
}

function itemsJson(value: unknown, itemJson: (item: unknown) => string): string {
  if (typeof value !== 'object' || value === null || !(Symbol.iterator in value)) {
    throw new TypeError(`expected a list, got ${JSON.stringify(value)}`);
  }
  return `[${Array.from(value as Iterable<unknown>, itemJson).join(',')}]`;
}

function membersJson(value: unknown, memberJson: (name: string, member: unknown) => string): string {
  if (typeof value !== 'object' || value === null) {
    throw new TypeError(`expected an object, got ${JSON.stringify(value)}`);
  }
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return `{${members.map(([name, member]) => `${jsonString(name)}:${memberJson(name, member)}`).join(',')}}`;
}

const SCALARS: Readonly<Partial<Record<TypeShape['kind'], (value: unknown) => string>>> = {
  INT32: wholeNumberText,
  INT64: wholeNumberText,
  FLOAT32: floatText,
  FLOAT64: floatText,
  UNIX_TIMESTAMP: (value) => String(Math.floor(dateOf(value).getTime() / 1000)),
  STRING: stringJson,
  UUID: stringJson,
  TIME_UUID: stringJson,
  DECIMAL: stringJson,
  BOOL: boolJson,
};

function scalarJson({ kind }: TypeShape, value: unknown): string {
  const write = SCALARS[kind];
  if (write !== undefined) return write(value);
  throw new TypeError('JSON cannot carry such a value: push null, or materialize it from a file');
}

function stringJson(value: unknown): string {
  if (typeof value === 'string') return jsonString(value);
  throw new TypeError(`expected a text, got ${JSON.stringify(value)}`);
}

function boolJson(value: unknown): string {
  if (typeof value === 'boolean') return String(value);
  throw new TypeError(`expected true or false, got ${JSON.stringify(value)}`);
}

function wholeNumberText(value: unknown): string {
  if (typeof value === 'bigint' || Number.isInteger(value)) return BigInt(value as bigint).toString();
  throw new TypeError(`expected a whole number, got ${String(value)}`);
}

/** With a fraction or an exponent, else it would be a whole number. `NaN` and the infinities as Python's JSON has them. */
function floatText(value: unknown): string {
  if (typeof value !== 'number') throw new TypeError(`expected a number, got ${JSON.stringify(value)}`);
  const text = Object.is(value, -0) ? '-0' : String(value);
  return /^-?\d+$/.test(text) ? `${text}.0` : text;
}

/** A JSON document with all digits of a bigint. */
function documentJson(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (value instanceof Date) return jsonString(value.toISOString());
  if (Array.isArray(value)) return `[${value.map(documentJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  return membersJson(value, (_, member) => documentJson(member));
}

function dateOf(value: unknown): Date {
  if (value instanceof Date && !Number.isNaN(value.getTime())) return value;
  throw new TypeError(
    `expected a Date, got ${value instanceof Date ? 'one that is not a time' : JSON.stringify(value)}`,
  );
}
