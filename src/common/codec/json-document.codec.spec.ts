import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { InvalidValueError } from '../errors/errors.js';
import { JsonFloat, type JsonValue } from '../model/json-value.js';
import { jsonToPlain, parseJsonDocument } from './json-document.codec.js';

const parse = (text: string): JsonValue => parseJsonDocument(Buffer.from(text, 'utf8'));
const float = (value: number): JsonFloat => new JsonFloat(value);

function failureOf(bytes: Uint8Array): InvalidValueError {
  try {
    parseJsonDocument(bytes);
  } catch (error) {
    if (error instanceof InvalidValueError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** The document as `JSON.parse` gives it. */
function plain(value: JsonValue): unknown {
  if (value instanceof JsonFloat) return value.value;
  if (typeof value === 'bigint') return Number(value);
  if (value instanceof Map) {
    return Object.fromEntries(
      [...(value as ReadonlyMap<string, JsonValue>)].map(([key, item]) => [key, plain(item)]),
    );
  }
  return Array.isArray(value) ? (value as readonly JsonValue[]).map(plain) : value;
}

describe('parseJsonDocument', () => {
  it.each<[string, JsonValue]>([
    ['1', 1],
    ['-0', 0],
    ['1.0', float(1)],
    ['-0.0', float(-0)],
    ['1e3', float(1000)],
    ['1E-7', float(1e-7)],
    ['123456789012345', 123456789012345],
    ['-123456789012345', -123456789012345],
    ['9007199254740991', 9007199254740991],
    ['9007199254740992', 9007199254740992n],
    ['-9007199254740993', -9007199254740993n],
    ['1e400', float(Infinity)],
    ['-1e400', float(-Infinity)],
    ['NaN', float(NaN)],
    ['Infinity', float(Infinity)],
    ['-Infinity', float(-Infinity)],
    [' \t\r\n[ 1 , null ,true,false ] ', [1, null, true, false]],
    ['""', ''],
    ['"\u007f\u2028é😀"', '\u007f\u2028é😀'],
    ['"\\"\\\\\\/\\b\\f\\n\\r\\t\\u00e9"', '"\\/\b\f\n\r\té'],
    ['"\\ud83d\\ude00"', '😀'],
    ['"\\ud83dx"', '\ud83dx'],
    ['"\\ude00\\ud83d"', '\ude00\ud83d'],
    ['{}', new Map()],
    ['\ufeff[1]', [1]],
  ])('reads %j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('keeps the last of repeated keys in the place of the first', () => {
    expect([...(parse('{"a":1,"b":2,"a":3}') as Map<string, JsonValue>)]).toEqual([
      ['a', 3],
      ['b', 2],
    ]);
  });

  it('takes __proto__ and constructor as ordinary keys', () => {
    const document = parse('{"__proto__":{"polluted":1},"constructor":2}') as Map<string, JsonValue>;
    expect([...document.keys()]).toEqual(['__proto__', 'constructor']);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  // Printed by json.loads of CPython 3.11.7: `error.msg`, `error.pos`.
  it.each([
    ['', 'Expecting value', 0],
    ['   ', 'Expecting value', 3],
    ['{', 'Expecting property name enclosed in double quotes', 1],
    ['{  ', 'Expecting property name enclosed in double quotes', 3],
    ['{"a', 'Unterminated string starting at', 1],
    ['{"a"', "Expecting ':' delimiter", 4],
    ['{"a"  ', "Expecting ':' delimiter", 6],
    ['{"a" 1}', "Expecting ':' delimiter", 5],
    ['{"a":', 'Expecting value', 5],
    ['{"a":}', 'Expecting value', 5],
    ['{"a":1', "Expecting ',' delimiter", 6],
    ['{"a":1 x', "Expecting ',' delimiter", 7],
    ['{"a":1]', "Expecting ',' delimiter", 6],
    ['{"a":1,', 'Expecting property name enclosed in double quotes', 7],
    ['{"a":1 , }', 'Expecting property name enclosed in double quotes', 9],
    ['{a:1}', 'Expecting property name enclosed in double quotes', 1],
    ['{1:2}', 'Expecting property name enclosed in double quotes', 1],
    ['{,}', 'Expecting property name enclosed in double quotes', 1],
    ['{"features": [', 'Expecting value', 14],
    [
      '{"entities":{"driver_id":[1001]},"features":["driver_hourly_stats:rating"],}',
      'Expecting property name enclosed in double quotes',
      75,
    ],
    ['[', 'Expecting value', 1],
    ['[1', "Expecting ',' delimiter", 2],
    ['[1,', 'Expecting value', 3],
    ['[1, ]', 'Expecting value', 4],
    ['[1 2]', "Expecting ',' delimiter", 3],
    ['[1,2}', "Expecting ',' delimiter", 4],
    ['1 2', 'Extra data', 2],
    ['{} x', 'Extra data', 3],
    ['01', 'Extra data', 1],
    ['-01', 'Extra data', 2],
    ['1.', 'Extra data', 1],
    ['1.e1', 'Extra data', 1],
    ['1e+', 'Extra data', 1],
    ['1.5.5', 'Extra data', 3],
    ['NaNx', 'Extra data', 3],
    ['[1]\u0000', 'Extra data', 3],
    ['.5', 'Expecting value', 0],
    ['+1', 'Expecting value', 0],
    ['-', 'Expecting value', 0],
    ['-Infinit', 'Expecting value', 0],
    ['nan', 'Expecting value', 0],
    ['tru', 'Expecting value', 0],
    ["'a'", 'Expecting value', 0],
    ['\u000b1', 'Expecting value', 0],
    ['"ab', 'Unterminated string starting at', 0],
    ['"a\\', 'Unterminated string starting at', 0],
    ['"a\nb"', 'Invalid control character at', 2],
    ['"a\\x"', 'Invalid \\escape', 2],
    ['"a\\u12"', 'Invalid \\uXXXX escape', 3],
    ['"\\u', 'Invalid \\uXXXX escape', 2],
    ['"\\u+123"', 'Invalid \\uXXXX escape', 2],
    ['"\\u0x12"', 'Invalid \\uXXXX escape', 2],
    ['"\\ud800\\u1x"', 'Invalid \\uXXXX escape', 8],
    // The position counts characters, not UTF-16 units or bytes.
    ['["é😀",]', 'Expecting value', 6],
  ])('tells what is wrong with %j as Python does', (text, error, position) => {
    expect(failureOf(Buffer.from(text)).issues).toEqual([
      { type: 'json_invalid', loc: ['body', position], msg: 'JSON decode error', input: {}, ctx: { error } },
    ]);
  });

  it('does not count a byte order mark', () => {
    expect(failureOf(Buffer.from('\ufeff[')).issues?.[0]?.loc).toEqual(['body', 1]);
  });

  it.each([
    ['a lone continuation byte', Buffer.from([0x22, 0xc3, 0xa9, 0x80, 0x22]), 2],
    ['a cut sequence', Buffer.from([0x22, 0xe2, 0x82]), 1],
    ['an encoded surrogate', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22]), 1],
    ['UTF-16', Buffer.from('\ufeff{}', 'utf16le'), 0],
  ])('refuses %s', (_what, bytes, position) => {
    expect(failureOf(bytes).issues?.[0]).toMatchObject({
      loc: ['body', position],
      ctx: { error: 'The body is not UTF-8' },
    });
  });

  it('refuses an object of very many members', () => {
    const members = (count: number): string =>
      `{${Array.from({ length: count }, (_, index) => `"${index}":0`).join()}}`;
    expect((parse(members(100_000)) as Map<string, JsonValue>).size).toBe(100_000);
    expect(() => parse(members(100_001))).toThrow(/More than 100000 members of an object/);
  });

  it('refuses deep nesting before the stack ends', () => {
    expect(parse(`${'['.repeat(500)}${']'.repeat(500)}`)).toBeInstanceOf(Array);
    for (const opening of ['[', '{"a":', '[{"a":[']) {
      const issue = failureOf(Buffer.from(opening.repeat(100_000))).issues?.[0];
      expect(issue?.ctx?.['error']).toMatch(/^Nested too deeply/);
    }
  });

  it('refuses integers that Python refuses to read', () => {
    expect(parse('9'.repeat(4300))).toBe(BigInt('9'.repeat(4300)));
    expect(parse(`-${'9'.repeat(4300)}`)).toBe(-BigInt('9'.repeat(4300)));
    expect(failureOf(Buffer.from('9'.repeat(4301))).message).toMatch(/more than 4300 digits/);
    expect(parse(`${'9'.repeat(5000)}.5`)).toEqual(float(Infinity));
  });

  it('agrees with JSON.parse on every document that it reads', () => {
    fc.assert(
      fc.property(fc.json(), (text) => {
        expect(JSON.stringify(plain(parse(text)))).toBe(JSON.stringify(JSON.parse(text)));
      }),
    );
  });

  it('answers every mutated document with a value or a typed error', () => {
    const edit = fc.tuple(
      fc.nat(),
      fc.constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '-', '1', 'e', '\u0001', ''),
    );
    fc.assert(
      fc.property(fc.json(), fc.array(edit, { minLength: 1, maxLength: 4 }), (text, edits) => {
        const units = text.split('');
        for (const [at, unit] of edits) units.splice(at % (units.length + 1), unit === '' ? 2 : 0, unit);
        const bytes = Buffer.from(units.join(''));
        expect(mistakeAt(bytes)).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });

  it('answers any bytes with a value or a typed error', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        expect(mistakeAt(bytes)).toBeLessThanOrEqual(bytes.length);
      }),
    );
  });
});

/** Where the mistake is, 0 when there is none. Anything but a typed error is thrown on. */
function mistakeAt(bytes: Uint8Array): unknown {
  try {
    parseJsonDocument(bytes);
    return 0;
  } catch (error) {
    if (error instanceof InvalidValueError) return error.issues?.[0]?.loc[1];
    throw error;
  }
}

describe('jsonToPlain', () => {
  it('prints numbers as they came', () => {
    const text = '{"a":[1,1.0,1e+16,9007199254740993,true,null,"é"],"__proto__":{"b":-0.0}}';
    expect(JSON.stringify(jsonToPlain(parse(text)))).toBe(text);
  });

  it('prints what JSON lacks as text', () => {
    expect(JSON.stringify(jsonToPlain(parse('[NaN,-Infinity]')))).toBe('["nan","-inf"]');
  });

  it.each([
    ['a long text', `"${'x'.repeat(1_000_000)}"`, '… (1000000 characters)'],
    ['a long list', `[${Array.from({ length: 100_000 }, () => '1').join()}]`, ' more"]'],
    ['a large object', `{${Array.from({ length: 50_000 }, (_, i) => `"${i}":${i}`).join()}}`, ' more"}'],
    ['many long texts', `[${Array.from({ length: 1000 }, () => `"${'y'.repeat(1000)}"`).join()}]`, ' more"]'],
  ])('cuts %s and says so', (_what, text, marker) => {
    const printed = JSON.stringify(jsonToPlain(parse(text)));
    expect(printed.length).toBeLessThan(100_000);
    expect(printed).toContain(marker);
  });
});
