import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptDataError, InvalidValueError } from '../errors/errors.js';
import {
  NULL_TIMESTAMP,
  ValueType,
  type FeatureMap,
  type FeatureValue,
  type ValueTypeNumber,
} from '../model/value.js';
import { decodeValue, encodeValue } from './value.codec.js';

interface ValueVector {
  readonly name: string;
  readonly value_base64: string;
}

const fixture = new URL('../../../test/fixtures/spec/value-json-vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(fixture, 'utf8')) as { vectors: readonly ValueVector[] };

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex');
const encoded = (value: FeatureValue): string => Buffer.from(encodeValue(value)).toString('hex');
const of = (type: ValueTypeNumber, value: unknown): FeatureValue => ({ type, value }) as FeatureValue;
const map = (entries: Record<string, FeatureValue>): FeatureMap => new Map(Object.entries(entries));

/** Bytes that Python wrote (protobuf 7, and the examples of values.md), with what they mean. */
const GOLDEN: readonly (readonly [string, FeatureValue])[] = [
  ['', null],
  ['2000', of(ValueType.INT64, 0)],
  ['1200', of(ValueType.STRING, '')],
  ['3800', of(ValueType.BOOL, false)],
  ['3801', of(ValueType.BOOL, true)],
  ['20818080808080 8010', of(ValueType.INT64, 9007199254740993n)],
  ['20ffffffffffffffff7f', of(ValueType.INT64, 2n ** 63n - 1n)],
  ['20ffffffffffffffffff01', of(ValueType.INT64, -1)],
  ['1807', of(ValueType.INT32, 7)],
  ['18ffffffff07', of(ValueType.INT32, 2 ** 31 - 1)],
  ['29000000000000f83f', of(ValueType.DOUBLE, 1.5)],
  ['35cdcccc3d', of(ValueType.FLOAT, Math.fround(0.1))],
  ['4080808080808080808001', of(ValueType.UNIX_TIMESTAMP, NULL_TIMESTAMP)],
  ['7200', of(ValueType.INT64_LIST, [])],
  ['72040a020102', of(ValueType.INT64_LIST, [1, 2])],
  ['62050a01610a00', of(ValueType.STRING_LIST, ['a', ''])],
  ['8a01040a020100', of(ValueType.BOOL_LIST, [true, false])],
  ['a201070a050a01611200', of(ValueType.MAP, map({ a: null }))],
  ['aa010b0a090a070a016112022001', of(ValueType.MAP_LIST, [map({ a: of(ValueType.INT64, 1) })])],
  ['d202090a0572030a01010a00', of(ValueType.VALUE_LIST, [of(ValueType.INT64_LIST, [1]), null])],
  ['fa0200', of(ValueType.SCALAR_MAP, [])],
];

const int64 = fc
  .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));
const int32 = fc.integer();
const text = fc.string({ unit: 'binary' });
const bytes = fc.uint8Array();
const float = fc.float({ noDefaultInfinity: false });
const double = fc.double();

const SCALARS: readonly (readonly [ValueTypeNumber, fc.Arbitrary<unknown>])[] = [
  [ValueType.BYTES, bytes],
  [ValueType.STRING, text],
  [ValueType.INT32, int32],
  [ValueType.INT64, int64],
  [ValueType.DOUBLE, double],
  [ValueType.FLOAT, float],
  [ValueType.BOOL, fc.boolean()],
  [ValueType.UNIX_TIMESTAMP, int64],
  [ValueType.JSON, text],
  [ValueType.UUID, text],
  [ValueType.DECIMAL, text],
  [ValueType.ZONED_TIMESTAMP, fc.record({ seconds: int64, zone: text })],
  [ValueType.BYTES_LIST, fc.array(bytes)],
  [ValueType.STRING_SET, fc.array(text)],
  [ValueType.INT32_LIST, fc.array(int32)],
  [ValueType.INT64_SET, fc.array(int64)],
  [ValueType.DOUBLE_LIST, fc.array(double)],
  [ValueType.FLOAT_LIST, fc.array(float)],
  [ValueType.BOOL_SET, fc.array(fc.boolean())],
  [ValueType.UNIX_TIMESTAMP_LIST, fc.array(int64)],
  [ValueType.UUID_SET, fc.array(text)],
];

const { value: anyValue } = fc.letrec<{ value: FeatureValue; map: FeatureMap }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constant(null),
    ...SCALARS.map(([type, payload]) => payload.map((value) => of(type, value))),
    tie('map').map((value) => of(ValueType.MAP, value)),
    tie('map').map((value) => of(ValueType.STRUCT, value)),
    fc.array(tie('map'), { maxLength: 3 }).map((value) => of(ValueType.STRUCT_LIST, value)),
    fc.array(tie('value'), { maxLength: 3 }).map((value) => of(ValueType.VALUE_SET, value)),
    fc
      .array(
        fc.tuple(
          int64.map((key) => of(ValueType.INT64, key)),
          tie('value'),
        ),
        { maxLength: 3 },
      )
      .map((value) => of(ValueType.SCALAR_MAP, value)),
  ),
  map: fc.array(fc.tuple(text, tie('value')), { maxLength: 3 }).map((entries) => new Map(entries)),
}));

describe('encodeValue', () => {
  it.each(GOLDEN)('writes %s as Python does', (bytesHex, value) => {
    expect(encoded(value)).toBe(bytesHex.replaceAll(' ', ''));
  });

  it.each(vectors)('writes back what it read, byte for byte: $name', ({ name, value_base64 }) => {
    // The only spelling of null that is read and never written.
    const expected = name === 'null_val' ? '' : value_base64;
    expect(
      Buffer.from(encodeValue(decodeValue(Buffer.from(value_base64, 'base64')))).toString('base64'),
    ).toBe(expected);
  });

  it('is read back as it was', () => {
    fc.assert(
      fc.property(anyValue, (value) => {
        expect(decodeValue(encodeValue(value))).toEqual(value);
      }),
    );
  });

  it('refuses a type that cannot be stored', () => {
    expect(() => encodeValue(of(ValueType.UNKNOWN, 1))).toThrow(InvalidValueError);
    expect(() => encodeValue(of(ValueType.SCALAR_MAP, [[of(ValueType.MAP, new Map()), null]]))).toThrow(
      InvalidValueError,
    );
  });
});

describe('decodeValue', () => {
  it.each(GOLDEN)('reads %s', (bytesHex, value) => {
    expect(decodeValue(hex(bytesHex))).toEqual(value);
  });

  it('reads a range of a buffer, and copies bytes out of it', () => {
    const buffer = hex('ffff 0a020102 ffff');
    const value = decodeValue(buffer, 2, 6);
    buffer.fill(0);
    expect(value).toEqual(of(ValueType.BYTES, new Uint8Array([1, 2])));
  });

  it.each([
    ['null_val', '980100', null],
    ['an unknown field before', 'ca3e020102 2005', of(ValueType.INT64, 5)],
    ['an unknown field after', '2005 c03e01', of(ValueType.INT64, 5)],
    ['a member with another wire type', '2201ff', null],
    ['the last of two members', '2005 120161', of(ValueType.STRING, 'a')],
    ['a list that is not packed', '720408010802', of(ValueType.INT64_LIST, [1, 2])],
    ['a map entry without key and value', 'a201020a00', of(ValueType.MAP, new Map([['', null]]))],
  ])('understands %s', (_what, bytesHex, expected) => {
    expect(decodeValue(hex(bytesHex))).toEqual(expected);
  });

  it.each([
    ['a cut varint', '20ff'],
    ['a cut string', '1205'],
    ['a cut double', '290000'],
    ['a text that is not UTF-8', '1201ff'],
    ['a cut packed list', '72030a0501'],
    ['field number 0', '0001'],
  ])('refuses %s', (_what, bytesHex) => {
    expect(() => decodeValue(hex(bytesHex))).toThrow(CorruptDataError);
  });

  it('refuses endless nesting', () => {
    let nested: Buffer = Buffer.alloc(0);
    for (let i = 0; i < 5000; i++) nested = framed(0xd2, 0x02, framed(0x0a, undefined, nested));
    expect(() => decodeValue(nested)).toThrow(CorruptDataError);
  });

  it('answers any bytes with a value or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(endOf(bytes)).toMatch(/^(value|refused)$/);
      }),
    );
  });

  it('answers damaged values with a value or a typed error', () => {
    fc.assert(
      fc.property(anyValue, fc.nat(), fc.nat(255), fc.boolean(), (value, at, byte, cut) => {
        const damaged = encodeValue(value);
        const place = at % Math.max(1, damaged.length);
        damaged[place] = byte;
        expect(endOf(cut ? damaged.subarray(0, place) : damaged)).toMatch(/^(value|refused)$/);
      }),
    );
  });
});

function framed(first: number, second: number | undefined, payload: Buffer): Buffer {
  const length: number[] = [];
  for (let rest = payload.length; ; rest >>>= 7) {
    length.push(rest >= 0x80 ? (rest & 0x7f) | 0x80 : rest);
    if (rest < 0x80) break;
  }
  return Buffer.concat([Buffer.from([first, ...(second === undefined ? [] : [second]), ...length]), payload]);
}

/** Anything but a value that can be stored or a typed error is thrown on. */
function endOf(damaged: Uint8Array): string {
  try {
    encodeValue(decodeValue(damaged));
    return 'value';
  } catch (error) {
    if (error instanceof CorruptDataError) return 'refused';
    throw error;
  }
}
