import { decodeValue } from '../../src/common/codec/value.codec.js';
import { ValueType, type FeatureValue, type ValueTypeName } from '../../src/common/model/value.js';

const SETS: ReadonlySet<number> = new Set(
  (Object.keys(ValueType) as ValueTypeName[])
    .filter((name) => name.endsWith('_SET'))
    .map((name) => ValueType[name]),
);

/**
 * The bytes of a Value as text: equal for equal bytes, and for values that differ in the order of maps and sets alone,
 * which Python writes in any order.
 */
export function comparableValue(bytes: Uint8Array): string {
  return text(decodeValue(bytes));
}

function text(value: unknown): string {
  if (value === null || typeof value !== 'object') return scalarText(value);
  if (value instanceof Map)
    return braces([...value].map(([key, member]) => `${key}: ${text(member)}`).sort());
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (!('type' in value))
    return braces(Object.entries(value).map(([key, member]) => `${key}: ${text(member)}`));
  const { type, value: payload } = value as NonNullable<FeatureValue>;
  const isSet = SETS.has(type) && Array.isArray(payload);
  return `${type}:${text(isSet ? (payload as readonly unknown[]).map(text).sort() : payload)}`;
}

function scalarText(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  return Object.is(value, -0) ? '-0' : String(value);
}

function braces(members: readonly string[]): string {
  return `{${members.join(', ')}}`;
}
