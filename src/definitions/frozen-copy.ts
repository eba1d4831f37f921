/**
 * What a caller passed, out of the reach of later changes: plain objects and arrays are copied and frozen, everything
 * else (definitions, field types, dates) is kept as it is. Takes anything, because definitions may come from JavaScript.
 */
export function frozenCopy<T>(value: T): T {
  if (Array.isArray(value)) return Object.freeze(value.map(frozenCopy)) as T;
  if (!isPlainObject(value)) return value;
  const entries = Object.entries(value).map(([key, member]) => [key, frozenCopy(member)] as const);
  return Object.freeze(Object.fromEntries(entries)) as T;
}

function isPlainObject(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  const plain = prototype === Object.prototype || prototype === null;
  return plain && Object.getOwnPropertySymbols(value).length === 0;
}
