/**
 * Sets a member of an object whatever its name is: `__proto__` is one like any other. An object without a prototype would
 * need no such care, but all that is read from it would be slow.
 */
export function setMember<T>(object: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else object[name] = value;
}
