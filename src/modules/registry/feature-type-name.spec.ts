import { describe, expect, it } from 'vitest';
import { featureTypeName } from './feature-type-name.js';

// What Feast says of all value types is compared in object-list.spec.ts.
describe('featureTypeName', () => {
  it.each<[string, number, Record<string, string>]>([
    [
      'Struct({a: Array(Int64), b: Float32})',
      34,
      { 'feast:struct_schema': '{"a":"Array(INT64)","b":"FLOAT32"}' },
    ],
    ['Array(Struct({a: String}))', 35, { 'feast:struct_schema': '{"a":"STRING"}' }],
    ['Struct', 34, { 'feast:struct_schema': 'not json' }],
    ['Struct', 34, {}],
    ['Array(Set(Float64))', 42, { 'feast:nested_inner_type': 'Array(Set(FLOAT64))' }],
    [
      'Array(Array(Struct({a: Int32})))',
      42,
      { 'feast:nested_inner_type': 'Array(Array({"__struct__": {"a": "INT32"}}))' },
    ],
    ['99', 99, {}],
  ])('%s', (name, valueType, tags) => {
    expect(featureTypeName({ valueType, tags })).toBe(name);
  });
});
