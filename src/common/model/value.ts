/** `feast.types.ValueType.Enum`: these numbers are stored in registries, so they never change. */
export const ValueType = {
  UNKNOWN: 0,
  BYTES: 1,
  STRING: 2,
  INT32: 3,
  INT64: 4,
  DOUBLE: 5,
  FLOAT: 6,
  BOOL: 7,
  UNIX_TIMESTAMP: 8,
  BYTES_LIST: 11,
  STRING_LIST: 12,
  INT32_LIST: 13,
  INT64_LIST: 14,
  DOUBLE_LIST: 15,
  FLOAT_LIST: 16,
  BOOL_LIST: 17,
  UNIX_TIMESTAMP_LIST: 18,
  NULL: 19,
  MAP: 20,
  MAP_LIST: 21,
  BYTES_SET: 22,
  STRING_SET: 23,
  INT32_SET: 24,
  INT64_SET: 25,
  DOUBLE_SET: 26,
  FLOAT_SET: 27,
  BOOL_SET: 28,
  UNIX_TIMESTAMP_SET: 29,
  JSON: 32,
  JSON_LIST: 33,
  STRUCT: 34,
  STRUCT_LIST: 35,
  UUID: 36,
  TIME_UUID: 37,
  UUID_LIST: 38,
  TIME_UUID_LIST: 39,
  UUID_SET: 40,
  TIME_UUID_SET: 41,
  VALUE_LIST: 42,
  VALUE_SET: 43,
  DECIMAL: 44,
  DECIMAL_LIST: 45,
  DECIMAL_SET: 46,
  SCALAR_MAP: 47,
  ZONED_TIMESTAMP: 48,
} as const;

export type ValueTypeName = keyof typeof ValueType;
export type ValueTypeNumber = (typeof ValueType)[ValueTypeName];

/** The null sentinel of a timestamp: the smallest int64. */
export const NULL_TIMESTAMP = -(2n ** 63n);

/**
 * A feature value; null is the empty message. The type of a non-null value is also the number of its member
 * in the oneof of `feast.types.Value`, except that the oneof has no UNKNOWN.
 *
 * | type | value |
 * |---|---|
 * | INT32, INT64, UNIX_TIMESTAMP (seconds) | number when it is a safe integer, else bigint |
 * | FLOAT, DOUBLE | number |
 * | BOOL | boolean |
 * | STRING, JSON, UUID, TIME_UUID, DECIMAL | string |
 * | BYTES | Uint8Array |
 * | X_LIST, X_SET of these | array of the above |
 * | MAP, STRUCT | Map of string to FeatureValue |
 * | MAP_LIST, STRUCT_LIST | array of such maps |
 * | VALUE_LIST, VALUE_SET | array of FeatureValue |
 * | SCALAR_MAP | array of [key, value], both FeatureValue |
 * | ZONED_TIMESTAMP | { seconds, zone } |
 */
export type FeatureValue = null | { readonly type: ValueTypeNumber; readonly value: FeaturePayload };

export type FeatureScalar = number | bigint | boolean | string | Uint8Array;
export type FeatureMap = ReadonlyMap<string, FeatureValue>;

export interface ZonedTimestamp {
  /** Seconds since the epoch. */
  readonly seconds: number | bigint;
  /** IANA name or offset; empty means UTC. */
  readonly zone: string;
}

export type FeaturePayload =
  | FeatureScalar
  | readonly FeatureScalar[]
  | FeatureMap
  | readonly FeatureMap[]
  | readonly FeatureValue[]
  | readonly (readonly [FeatureValue, FeatureValue])[]
  | ZonedTimestamp;
