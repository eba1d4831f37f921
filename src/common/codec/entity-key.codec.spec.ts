import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptDataError, InvalidValueError } from '../errors/errors.js';
import type { EntityColumn } from '../model/entity-column.js';
import { ValueType, type FeaturePayload, type FeatureValue, type ValueTypeNumber } from '../model/value.js';
import { compileEntityKey, decodeEntityKey, entityKeyPrefix } from './entity-key.codec.js';
import { WireReader } from './protobuf-wire.js';
import { decodeValue } from './value.codec.js';

interface KeyVector {
  readonly name: string;
  readonly join_keys: readonly string[];
  readonly proto_base64: string;
  readonly v3: string;
  readonly v2: string;
  readonly v1: string | { readonly error: string };
}

interface Fixture {
  readonly vectors: readonly KeyVector[];
  readonly errors: readonly Pick<KeyVector, 'name' | 'proto_base64'>[];
  readonly prefixes_v3: readonly { readonly join_keys: readonly string[]; readonly hex: string }[];
}

const file = new URL('../../../test/fixtures/spec/entity-key-vectors.json', import.meta.url);
const { vectors, errors, prefixes_v3: prefixes } = JSON.parse(readFileSync(file, 'utf8')) as Fixture;

interface Key {
  readonly joinKeys: readonly string[];
  readonly values: readonly FeatureValue[];
}

/** `feast.types.EntityKey`. */
function keyOf(protoBase64: string): Key {
  const joinKeys: string[] = [];
  const values: FeatureValue[] = [];
  const reader = new WireReader(Buffer.from(protoBase64, 'base64'));
  while (reader.pos < reader.end) {
    if (reader.tag() >>> 3 === 1) joinKeys.push(reader.string());
    else values.push(decodeValue(reader.bytesView()));
  }
  return { joinKeys, values };
}

function columnsOf(values: readonly FeatureValue[]): EntityColumn[] {
  return values.map((value) => ({ type: value?.type ?? ValueType.UNKNOWN, values: [value?.value ?? null] }));
}

function encode({ joinKeys, values }: Key, version: number): string {
  const keys = compileEntityKey(joinKeys, version).encode(columnsOf(values), [0]);
  expect(keys).toHaveLength(1);
  return Buffer.from(keys[0]!).toString('hex');
}

function encodedOrRefused(key: Key, version: number): string {
  try {
    return encode(key, version);
  } catch (error) {
    if (error instanceof InvalidValueError) return 'refused';
    throw error;
  }
}

const column = (type: ValueTypeNumber, ...values: (FeaturePayload | null)[]): EntityColumn => ({
  type,
  values,
});

describe('compileEntityKey', () => {
  it.each(vectors)('writes the bytes of the reference: $name', ({ proto_base64, v3, v2, v1 }) => {
    const key = keyOf(proto_base64);
    expect(encode(key, 3)).toBe(v3);
    expect(encode(key, 4)).toBe(v3);
    expect(encode(key, 2)).toBe(v2);
    for (const version of [0, 1])
      expect(encodedOrRefused(key, version)).toBe(typeof v1 === 'string' ? v1 : 'refused');
  });

  it.each(errors)('refuses what the reference refuses: $name', ({ proto_base64 }) => {
    expect(() => encode(keyOf(proto_base64), 3)).toThrow(InvalidValueError);
  });

  it('says which types can be in a key, and where the other one is', () => {
    const encoder = compileEntityKey(['price'], 3);
    expect(() => encoder.encode([column(ValueType.DOUBLE, 1, 2)], [1])).toThrow(
      expect.objectContaining({
        message:
          'price[1]: a value of type DOUBLE cannot be part of an entity key: ' +
          'use INT32, INT64, STRING, BYTES or UNIX_TIMESTAMP',
        issues: [expect.objectContaining({ loc: ['body', 'entities', 'price', 1] })],
      }),
    );
    expect(() => encoder.encode([column(ValueType.INT64, null)], [0], ['body', 'df'])).toThrow(
      expect.objectContaining({ issues: [expect.objectContaining({ loc: ['body', 'df', 'price', 0] })] }),
    );
  });

  it.each<[string, ValueTypeNumber, FeaturePayload]>([
    ['an int32 above its range', ValueType.INT32, 2 ** 31],
    ['an int32 that is a fraction', ValueType.INT32, 1.5],
    ['NaN', ValueType.INT32, NaN],
    ['an int64 above its range', ValueType.INT64, 2n ** 63n],
    ['an int64 that is not exact', ValueType.INT64, 2 ** 53],
    ['a number in a text column', ValueType.STRING, 1],
    ['a text in a number column', ValueType.INT64, '1'],
    ['half of a surrogate pair', ValueType.STRING, '\ud800'],
    ['a text in a bytes column', ValueType.BYTES, 'a'],
  ])('refuses %s', (_what, type, value) => {
    expect(() => compileEntityKey(['k'], 3).encode([column(type, value)], [0])).toThrow(InvalidValueError);
  });

  it('encodes the rows that are asked for, in their order', () => {
    const encoder = compileEntityKey(['b', 'a'], 3);
    const columns = [
      column(ValueType.INT64, 1, 2n ** 60n, 3),
      column(ValueType.STRING, 'x', 'y'.repeat(100), 'é😀'),
    ];
    const keys = encoder.encode(columns, [2, 0, 1, 2]);
    expect(keys.map((key) => decodeEntityKey(key).values.map((value) => value?.value))).toEqual([
      ['é😀', 3],
      ['x', 1],
      ['y'.repeat(100), 2n ** 60n],
      ['é😀', 3],
    ]);
  });

  it('gives a view without entities its one key', () => {
    const { v3 } = vectors.find(({ name }) => name === 'entityless dummy key')!;
    const keys = compileEntityKey(['__dummy_id'], 3).encode([], [0, 1]);
    expect(keys.map((key) => Buffer.from(key).toString('hex'))).toEqual([v3, v3]);
  });

  it('needs a column for every join key', () => {
    expect(() => compileEntityKey(['a', 'b'], 3).encode([column(ValueType.INT64, 1)], [0])).toThrow(
      InvalidValueError,
    );
  });

  it('sends every key back to where it came from', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }).map((text) => [ValueType.STRING, text] as const),
      fc.uint8Array().map((bytes) => [ValueType.BYTES, bytes] as const),
      fc.integer().map((number) => [ValueType.INT32, number] as const),
      fc.maxSafeInteger().map((number) => [ValueType.INT64, number] as const),
      fc
        .bigInt({ min: 2n ** 53n, max: 2n ** 63n - 1n })
        .map((number) => [ValueType.UNIX_TIMESTAMP, -number] as const),
    );
    const name = fc.string({ unit: 'binary' }).filter((text) => !text.endsWith('\0'));
    fc.assert(
      fc.property(fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key }), (entries) => {
        const joinKeys = entries.map(([key]) => key);
        const columns = entries.map(([, [type, payload]]) => column(type, payload));
        const decoded = decodeEntityKey(compileEntityKey(joinKeys, 3).encode(columns, [0])[0]!);
        const pairs = decoded.joinKeys.map((key, i) => [key, decoded.values[i]] as const);
        expect(new Map(pairs)).toEqual(
          new Map(entries.map(([key, [type, payload]]) => [key, { type, value: payload }])),
        );
        expect(decoded.joinKeys).toEqual([...joinKeys].sort(byUtf8));
      }),
    );
  });
});

describe('entityKeyPrefix', () => {
  it.each(prefixes)('is the head of the keys of $join_keys', ({ join_keys, hex }) => {
    expect(Buffer.from(entityKeyPrefix(join_keys)).toString('hex')).toBe(hex);
  });
});

describe('decodeEntityKey', () => {
  it.each(vectors)('reads $name', ({ proto_base64, v3 }) => {
    const { joinKeys, values } = keyOf(proto_base64);
    const decoded = decodeEntityKey(Buffer.from(v3, 'hex'));
    expect(new Map(decoded.joinKeys.map((name, i) => [name, decoded.values[i]]))).toEqual(
      new Map(joinKeys.map((name, i) => [name, values[i]])),
    );
  });

  it('drops NUL bytes at the end of a name', () => {
    const bytes = Buffer.from('0100000002000000030000006b00000300000004000000ffffffff', 'hex');
    expect(decodeEntityKey(bytes)).toEqual({
      joinKeys: ['k'],
      values: [{ type: ValueType.INT32, value: -1 }],
    });
  });

  it.each([
    ['nothing', ''],
    ['a count without names', '01000000'],
    ['a name that is not text', '01000000 03000000 01000000 6b'],
    ['a name cut off', '01000000 02000000 05000000 6b'],
    ['a name that is not UTF-8', '01000000 02000000 01000000 ff'],
    ['a value cut off', '01000000 02000000 01000000 6b 04000000 08000000 00'],
    ['a number of the wrong length', '01000000 02000000 01000000 6b 04000000 04000000 00000000'],
    ['a type that cannot be in a key', '01000000 02000000 01000000 6b 05000000 00000000'],
  ])('refuses %s', (_what, hex) => {
    expect(() => decodeEntityKey(Buffer.from(hex.replaceAll(' ', ''), 'hex'))).toThrow(CorruptDataError);
  });

  it('answers damaged keys with a key or a typed error', () => {
    const good = fc.constantFrom(...vectors.map(({ v3 }) => v3));
    fc.assert(
      fc.property(good, fc.nat(), fc.nat(255), fc.nat(), (hex, at, byte, cut) => {
        const bytes = Buffer.from(hex, 'hex');
        bytes[at % bytes.length] = byte;
        expect(endOf(bytes.subarray(0, bytes.length - (cut % bytes.length)))).toMatch(/^(key|refused)$/);
      }),
    );
  });
});

/** Anything but a key or a typed error is thrown on. */
function endOf(bytes: Uint8Array): string {
  try {
    decodeEntityKey(bytes);
    return 'key';
  } catch (error) {
    if (error instanceof CorruptDataError) return 'refused';
    throw error;
  }
}

function byUtf8(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
