import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../errors/errors.js';
import { MAX_NESTING, WireReader, WireType, WireWriter } from './protobuf-wire.js';

const hex = (text: string): Uint8Array => Buffer.from(text.replaceAll(' ', ''), 'hex');
const read = (text: string): WireReader => new WireReader(hex(text));
const written = (write: (writer: WireWriter) => void): string => {
  const writer = new WireWriter();
  write(writer);
  return Buffer.from(writer.toBytes()).toString('hex');
};

/** From the protobuf encoding guide and from values that Feast stored. */
const VARINTS: readonly (readonly [bigint, string])[] = [
  [0n, '00'],
  [1n, '01'],
  [127n, '7f'],
  [128n, '8001'],
  [150n, '9601'],
  [1700000000n, '80e2cfaa06'],
  [2n ** 32n - 1n, 'ffffffff0f'],
  [2n ** 32n, '8080808010'],
  [2n ** 53n - 1n, 'ffffffffffffff0f'],
  [2n ** 53n + 1n, '8180808080808010'],
  [2n ** 63n - 1n, 'ffffffffffffffff7f'],
  [-1n, 'ffffffffffffffffff01'],
  [-(2n ** 63n), '80808080808080808001'],
];

describe('varints', () => {
  it.each(VARINTS)('%s', (value, text) => {
    expect(written((out) => out.varint64(value))).toBe(text);
    expect(BigInt(read(text).int64())).toBe(value);
  });

  it.each(VARINTS.filter(([value]) => value >= 0n && value < 2n ** 53n))(
    '%s without a sign',
    (value, text) => {
      expect(written((out) => out.varint(Number(value)))).toBe(text);
      expect(read(text).varint()).toBe(Number(value));
    },
  );

  it('int64 is a number exactly while it is safe', () => {
    expect(read('ffffffffffffff0f').int64()).toBe(Number.MAX_SAFE_INTEGER);
    expect(read('8080808080808010').int64()).toBe(2n ** 53n);
  });

  it('int32 takes the low 32 bits', () => {
    expect(read('ffffffffffffffffff01').int32()).toBe(-1);
    expect(read('80808080f8ffffffff01').int32()).toBe(-(2 ** 31));
  });

  it('random 64-bit numbers come back', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), (value) => {
        const writer = new WireWriter();
        writer.varint64(value);
        const reader = new WireReader(writer.toBytes());
        expect(BigInt(reader.int64())).toBe(value);
        expect(reader.pos).toBe(reader.end);
      }),
    );
  });

  it('a writer refuses a negative unsigned number', () => {
    expect(() => new WireWriter().varint(-1)).toThrow(RangeError);
  });
});

describe('fields', () => {
  it('tags, floats, texts and bytes are what protobuf writes', () => {
    expect(written((out) => out.tag(4, WireType.VARINT))).toBe('20');
    expect(written((out) => out.tag(48, WireType.LENGTH))).toBe('8203');
    expect(written((out) => out.fixed32(0.1))).toBe('cdcccc3d');
    expect(written((out) => out.fixed64(0.1))).toBe('9a9999999999b93f');
    expect(written((out) => out.string('hé'))).toBe('0368c3a9');
    expect(written((out) => out.bytes(hex('fffe')))).toBe('02fffe');
  });

  it('reads them back', () => {
    expect(read('8203').tag()).toBe((48 << 3) | 2);
    expect(read('cdcccc3d').float()).toBe(Math.fround(0.1));
    expect(read('9a9999999999b93f').double()).toBe(0.1);
    expect(read('0368c3a9').string()).toBe('hé');
    expect([...read('02fffe').bytesView()]).toEqual([0xff, 0xfe]);
    expect(read('01').bool()).toBe(true);
    expect(read('8080808080808080 8001').bool()).toBe(true);
    expect(read('00').bool()).toBe(false);
  });

  it('a text keeps its byte order mark', () => {
    expect(read('04efbbbf61').string()).toBe('\ufeffa');
  });

  it.each([0, 1, 127, 128, 129, 16_383, 16_384, 70_000])(
    'a submessage of %d bytes has its length in front',
    (size) => {
      const writer = new WireWriter(16);
      const payload = new Uint8Array(size).map((_, i) => i);
      writer.lengthDelimited(3, () => writer.lengthDelimited(1, () => writer.raw(payload)));
      const reader = new WireReader(writer.toBytes());
      expect(reader.tag()).toBe((3 << 3) | 2);
      expect(reader.payloadEnd()).toBe(reader.end);
      expect(reader.tag()).toBe((1 << 3) | 2);
      expect(Buffer.compare(reader.bytesView(), payload)).toBe(0);
      expect(reader.pos).toBe(reader.end);
    },
  );

  it('a writer used again starts anew', () => {
    const writer = new WireWriter();
    writer.string('first');
    const first = writer.toBytes();
    writer.reset();
    writer.varint(7);
    expect([...writer.toBytes()]).toEqual([7]);
    expect(first).toHaveLength(6);
  });

  it('a reader stays inside its range', () => {
    const reader = new WireReader(hex('20 96 01 20'), 1, 2);
    expect(() => reader.varint()).toThrow(CorruptDataError);
  });
});

describe('skip', () => {
  it.each([
    ['varint', '08 9601'],
    ['fixed64', '09 0000000000000000'],
    ['length', '0a 03 616263'],
    ['fixed32', '0d 00000000'],
    ['group', '0b 10 05 1b 1c 0c'],
  ])('passes over a %s', (_, text) => {
    const reader = read(text);
    reader.skip(reader.tag());
    expect(reader.pos).toBe(reader.end);
  });

  it.each([
    ['varint', '08 96'],
    ['fixed64', '09 00'],
    ['length', '0a 03 6162'],
    ['fixed32', '0d 000000'],
    ['group without an end', '0b 10 05'],
    ['group with the end of another', '0b 14'],
    ['an end without a group', '0c'],
    ['wire type 6', '0e 00'],
    ['wire type 7', '0f 00'],
    ['groups nested without limit', '0b'.repeat(MAX_NESTING + 1)],
    ['a huge length', '0a ffffffffffffffff7f'],
    ['a length beyond 2^32 bytes', '0a 8080808010'],
  ])('refuses %s', (_, text) => {
    const reader = read(text);
    expect(() => reader.skip(reader.tag())).toThrow(CorruptDataError);
  });
});

/** Where the reader stops, or the name of the error. */
function passOver(bytes: Uint8Array): number | string {
  const reader = new WireReader(bytes);
  try {
    while (reader.pos < reader.end) reader.skip(reader.tag());
    return reader.pos;
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe('damaged bytes', () => {
  it.each<[string, string, (reader: WireReader) => unknown]>([
    ['no tag', '', (reader) => reader.tag()],
    ['field number 0', '02', (reader) => reader.tag()],
    ['a tag above 32 bits', 'ffffffff1f', (reader) => reader.tag()],
    ['an over-long tag', '888080808000', (reader) => reader.tag()],
    ['a varint of eleven bytes', 'ffffffffffffffffffff01', (reader) => reader.varint64()],
    ['an unsafe unsigned number', '8080808080808010', (reader) => reader.varint()],
    ['a short float', 'cdcccc', (reader) => reader.float()],
    ['a short double', '9a9999999999b9', (reader) => reader.double()],
    ['a text that is not UTF-8', '02c328', (reader) => reader.string()],
    ['a surrogate in UTF-8', '03eda080', (reader) => reader.string()],
  ])('refuses %s', (_, text, use) => {
    expect(() => use(read(text))).toThrow(CorruptDataError);
  });

  it('any bytes are passed over or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect([bytes.length, 'CorruptDataError']).toContain(passOver(bytes));
      }),
      { numRuns: 500 },
    );
  });
});
