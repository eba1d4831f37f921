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
  if (value instanceof Map)
    return `{${[...value]
      .map(([key, member]) => `${key}: ${text(member)}`)
      .sort()
      .join(', ')}}`;
  if (value instanceof Uint8Array) return `0x${Buffer.from(value).toString('hex')}`;
  if (Array.isArray(value)) return `[${value.map(text).join(', ')}]`;
  if (typeof value === 'string') return JSON.stringify(value);
  if (Object.is(value, -0)) return '-0';
  if (value === null || typeof value !== 'object') return String(value);
  if (!('type' in value))
    return `{${Object.entries(value)
      .map(([key, member]) => `${key}: ${text(member)}`)
      .join(', ')}}`;
  const { type, value: payload } = value as NonNullable<FeatureValue>;
  const shown =
    SETS.has(type) && Array.isArray(payload)
      ? text((payload as readonly unknown[]).map(text).sort())
      : text(payload);
  return `${type}:${shown}`;
}
