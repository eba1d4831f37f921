/**
 * A JSON document as Python sees it: `1` and `1.0` differ, integers have no limit, the last of repeated keys
 * wins (in the place of the first), and `__proto__` is an ordinary key.
 *
 * An integer is a `number` while it is safe and a `bigint` beyond; a number written with a fraction or an
 * exponent (and NaN, Infinity, -Infinity, which Python reads) is a `JsonFloat`.
 */
export type JsonValue = null | boolean | number | bigint | string | JsonFloat | JsonArray | JsonObject;
export type JsonArray = readonly JsonValue[];
export type JsonObject = ReadonlyMap<string, JsonValue>;

/** A number that was written as a float. */
export class JsonFloat {
  constructor(readonly value: number) {}
}
