import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../errors/errors.js';
import * as form from './value-form.js';

interface ProtoField {
  readonly name: string;
  readonly number: number;
  readonly type: string;
}

const path = new URL('../../../test/fixtures/spec/registry-proto.json', import.meta.url);
const proto = JSON.parse(readFileSync(path, 'utf8')) as {
  readonly messages: Readonly<Record<string, { readonly fields: readonly ProtoField[] }>>;
};

const SCALARS: Readonly<Record<string, readonly [form: number, wireType: number]>> = {
  bytes: [form.BYTES, 2],
  string: [form.STRING, 2],
  int32: [form.INT32, 0],
  int64: [form.INT64, 0],
  double: [form.DOUBLE, 1],
  float: [form.FLOAT, 5],
  bool: [form.BOOL, 0],
  'feast.types.Null': [form.NULL, 0],
};
const MESSAGES: Readonly<Record<string, number>> = {
  'feast.types.Map': form.MAP,
  'feast.types.MapList': form.MAP_LIST,
  'feast.types.RepeatedValue': form.VALUES,
  'feast.types.ScalarMap': form.SCALAR_MAP,
  'feast.types.ZonedTimestamp': form.ZONED,
};

/** From the definition of Value: a list message has the scalar of its items in field 1. */
function expected(type: string): readonly [form: number, wireType: number] {
  const scalar = SCALARS[type];
  if (scalar !== undefined) return scalar;
  const message = MESSAGES[type];
  if (message !== undefined) return [message, 2];
  return [form.LIST + SCALARS[proto.messages[type]!.fields[0]!.type]![0], 2];
}

const fields = proto.messages['feast.types.Value']!.fields;

describe('formOf', () => {
  it.each(fields.map((field) => [field.name, field] as const))('%s', (_, field) => {
    const [wanted, wireType] = expected(field.type);
    expect(form.formOf(field.number * 8 + wireType)).toBe(wanted);
    for (const type of [0, 1, 2, 3, 4, 5, 6, 7].filter((other) => other !== wireType)) {
      expect(() => form.formOf(field.number * 8 + type)).toThrow(CorruptDataError);
    }
  });

  it('knows no other field', () => {
    const known = new Set(fields.map((field) => field.number));
    const others = [0, 9, 10, 30, 31, 49, 63, 64, 1000, 2 ** 29 - 1];
    expect(others.filter((number) => known.has(number))).toEqual([]);
    for (const number of others) expect(form.formOf(number * 8 + 2)).toBe(0);
  });
});
