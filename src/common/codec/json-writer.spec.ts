import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonWriter } from './json-writer.js';
import { pythonFloatText } from './number-text.js';

const text = (write: (out: JsonWriter) => void): string => {
  // Small, so that every test also grows the buffer.
  const out = new JsonWriter(1);
  write(out);
  return out.toBuffer().toString('utf8');
};
const utf8String = (bytes: Uint8Array): string => text((out) => out.utf8String(bytes, 0, bytes.length));
const base64 = (bytes: Uint8Array): string => text((out) => out.base64(bytes, 0, bytes.length));

describe('the buffer', () => {
  it('holds what was written, in order', () => {
    const written = text((out) => {
      out.byte(0x5b);
      out.ascii('true,');
      out.raw(Buffer.from('xx"é",yy'), 2, 7);
      out.integer(7);
      out.byte(0x5d);
    });
    expect(written).toBe('[true,"é",7]');
  });

  it.each([47, 48, 49, 1000])('takes %d bytes in one piece', (length) => {
    const long = 'abcdefghij'.repeat(100).slice(0, length);
    expect(text((out) => out.ascii(long))).toBe(long);
    expect(text((out) => out.raw(Buffer.from(`<${long}>`), 1, length + 1))).toBe(long);
  });

  it('lets ranges be copied out, and takes writing back', () => {
    const out = new JsonWriter(4);
    out.ascii('abcdef');
    expect(Buffer.from(out.bytes.subarray(0, out.length)).toString()).toBe('abcdef');
    out.truncate(2);
    out.ascii('x');
    expect(out.toBuffer().toString()).toBe('abx');
    out.truncate(10);
    expect(out.length).toBe(3);
  });

  it('toBuffer is a copy', () => {
    const out = new JsonWriter();
    out.ascii('first');
    const copy = out.toBuffer();
    out.reset();
    out.ascii('again');
    expect(copy.toString()).toBe('first');
  });

  it('keeps its size at reset, but not that of a giant answer', () => {
    const out = new JsonWriter(16);
    out.raw(new Uint8Array(1024 * 1024), 0, 1024 * 1024);
    out.reset();
    expect(out.length).toBe(0);
    expect(out.bytes.length).toBeGreaterThanOrEqual(1024 * 1024);
    const giant = 17 * 1024 * 1024;
    out.raw(new Uint8Array(giant), 0, giant);
    out.reset();
    expect(out.bytes.length).toBe(16);
    out.ascii('still works after it');
    expect(out.toBuffer().toString()).toBe('still works after it');
  });
});

describe('integers', () => {
  it('every length of digits', () => {
    for (let n = 1; n <= Number.MAX_SAFE_INTEGER; n *= 10) {
      for (const value of [n - 1, n, n + 1, -n])
        expect(text((out) => out.integer(value))).toBe(BigInt(value).toString());
    }
    expect(text((out) => out.integer(-0))).toBe('0');
    expect(text((out) => out.integer(Number.MIN_SAFE_INTEGER))).toBe('-9007199254740991');
    expect(text((out) => out.integer(1e21))).toBe('1000000000000000000000');
  });

  it('random numbers, from a number, a bigint and two halves', () => {
    const int64 = fc.oneof(
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
      fc.bigInt({ min: -(2n ** 54n), max: 2n ** 54n }),
      fc.bigInt({ min: -100_000_000_000n, max: 100_000_000_000n }),
      fc.constantFrom(
        2n ** 53n - 1n,
        2n ** 53n,
        -(2n ** 53n),
        2n ** 63n - 1n,
        -(2n ** 63n),
        2n ** 32n,
        -(2n ** 32n),
      ),
    );
    fc.assert(
      fc.property(int64, (value) => {
        const bits = BigInt.asUintN(64, value);
        const lo = Number(bits & 0xffffffffn);
        const hi = Number(BigInt.asIntN(32, bits >> 32n));
        expect(text((out) => out.int64(lo, hi))).toBe(value.toString());
        expect(text((out) => out.int64(lo | 0, hi))).toBe(value.toString());
        expect(text((out) => out.bigint(value))).toBe(value.toString());
        expect(text((out) => out.integer(Number(value)))).toBe(BigInt(Number(value)).toString());
      }),
      { numRuns: 1000 },
    );
  });

  it('digits have leading zeros', () => {
    expect(text((out) => out.digits(7, 1))).toBe('7');
    expect(text((out) => out.digits(7, 2))).toBe('07');
    expect(text((out) => out.digits(45, 3))).toBe('045');
    expect(text((out) => out.digits(123, 6))).toBe('000123');
    expect(text((out) => out.digits(98765432, 8))).toBe('98765432');
  });
});

describe('float', () => {
  it.each([
    [0, '0.0'],
    [-0, '-0.0'],
    [-1, '-1.0'],
    [-0.5, '-0.5'],
    [0.85, '0.85'],
    [-12345.678901, '-12345.678901'],
    [999999999.999999, '999999999.999999'],
    [1000000000.5, '1000000000.5'],
    [0.0001, '0.0001'],
    [0.000123, '0.000123'],
    [0.00001, '1e-05'],
    [0.1 + 0.2, '0.30000000000000004'],
    [2 ** 53, '9007199254740992.0'],
    [1e16, '1e+16'],
  ])('%d is %s', (value, expected) => {
    expect(text((out) => out.float(value))).toBe(expected);
  });

  it('is always the text of pythonFloatText', () => {
    const decimals = fc
      .tuple(fc.maxSafeInteger(), fc.integer({ min: 0, max: 12 }))
      .map(([digits, places]) => digits / 10 ** places);
    const floats = fc.oneof(
      fc.double(),
      fc.float(),
      decimals,
      fc.integer({ max: 999_999 }).map((n) => n / 1000),
    );
    fc.assert(
      fc.property(floats, (value) => {
        expect(text((out) => out.float(value))).toBe(pythonFloatText(value));
      }),
      { numRuns: 5000 },
    );
  });
});

function jsonOrError(bytes: Uint8Array): string {
  try {
    return utf8String(bytes);
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe('texts', () => {
  it.each([
    ['', '""'],
    ['abc', '"abc"'],
    ['a"b\\c', '"a\\"b\\\\c"'],
    ['\b\t\n\f\r', '"\\b\\t\\n\\f\\r"'],
    ['\u0000\u001f\u007f', '"\\u0000\\u001f\u007f"'],
    ['héllo 日本 😀', '"héllo 日本 😀"'],
    ['\u2028\u2029</script>&', '"\u2028\u2029</script>&"'],
  ])('%j', (value, expected) => {
    expect(text((out) => out.string(value))).toBe(expected);
    expect(utf8String(Buffer.from(value))).toBe(expected);
  });

  it('lone surrogates are escaped, so that the text stays UTF-8 and says what it was', () => {
    const json = text((out) => out.string('a\ud800b\udc00'));
    expect(json).toBe('"a\\ud800b\\udc00"');
    expect(JSON.parse(json)).toBe('a\ud800b\udc00');
  });

  it('random texts are what JSON.stringify says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 120 }), (value) => {
        const expected = JSON.stringify(value);
        expect(text((out) => out.string(value))).toBe(expected);
        expect(utf8String(Buffer.from(value))).toBe(expected);
      }),
      { numRuns: 1000 },
    );
  });

  it('stored bytes are UTF-8 or refused', () => {
    const noise = fc.oneof(
      fc.uint8Array({ maxLength: 12 }),
      fc.tuple(fc.string({ unit: 'binary', maxLength: 8 }), fc.nat()).map(([value, cut]) => {
        const bytes = Buffer.from(value);
        return bytes.subarray(0, bytes.length === 0 ? 0 : cut % bytes.length);
      }),
    );
    fc.assert(
      fc.property(noise, (bytes) => {
        const expected = isUtf8(bytes) ? JSON.stringify(Buffer.from(bytes).toString()) : 'CorruptDataError';
        expect(jsonOrError(bytes)).toBe(expected);
      }),
      { numRuns: 2000 },
    );
  });

  it('a range that is only escapes grows the buffer far enough', () => {
    expect(utf8String(new Uint8Array(5000))).toBe(`"${'\\u0000'.repeat(5000)}"`);
  });
});

describe('base64', () => {
  it.each([0, 1, 2, 3, 4, 255, 256, 257, 5000])('%d bytes', (size) => {
    const bytes = new Uint8Array(size).map((_, i) => (i * 167 + 250) & 0xff);
    expect(base64(bytes)).toBe(`"${Buffer.from(bytes).toString('base64')}"`);
  });

  it('takes a range of a view into other memory', () => {
    const memory = new Uint8Array(1000).map((_, i) => i & 0xff);
    const view = memory.subarray(100, 900);
    for (const end of [7, 600]) {
      const expected = Buffer.from(memory.slice(105, 100 + end)).toString('base64');
      expect(text((out) => out.base64(view, 5, end))).toBe(`"${expected}"`);
    }
  });
});
