import { isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CorruptDataError } from '../errors/errors.js';
import { ESCAPES, LONG_ESCAPE, NON_ASCII, PLAIN, utf8SequenceLength } from './json-escape.js';

describe('ESCAPES', () => {
  it('agrees with the engine on every ASCII character', () => {
    for (let code = 0; code < 0x80; code++) {
      const text = JSON.stringify(String.fromCharCode(code)).slice(1, -1);
      const expected = text.length === 1 ? PLAIN : text.length === 2 ? text.charCodeAt(1) : LONG_ESCAPE;
      expect([code, ESCAPES[code]]).toEqual([code, expected]);
    }
  });

  it('marks every other byte', () => {
    expect([...ESCAPES.subarray(0x80)].every((mark) => mark === NON_ASCII)).toBe(true);
  });
});

function lengthOrError(bytes: Uint8Array): number | string {
  try {
    return utf8SequenceLength(bytes, 0, bytes.length);
  } catch (error) {
    return error instanceof Error ? error.name : String(error);
  }
}

describe('utf8SequenceLength', () => {
  it.each([
    ['é', 2],
    ['\u07ff', 2],
    ['\u0800', 3],
    ['日', 3],
    ['\ud7ff', 3],
    ['\ue000', 3],
    ['\uffff', 3],
    ['😀', 4],
    ['\u{10ffff}', 4],
  ])('%s', (text, length) => {
    const bytes = Buffer.from(`${text}x`);
    expect(utf8SequenceLength(bytes, 0, bytes.length)).toBe(length);
    expect(() => utf8SequenceLength(bytes, 0, length - 1)).toThrow(CorruptDataError);
  });

  it('takes what the engine takes as UTF-8, and nothing else', () => {
    const lead = fc.integer({ min: 0x80, max: 0xff });
    const edge = fc.constantFrom(0x00, 0x7f, 0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0xc0, 0xff);
    fc.assert(
      fc.property(lead, fc.array(edge, { maxLength: 3 }), (first, rest) => {
        const bytes = Uint8Array.from([first, ...rest]);
        const lengths = [2, 3, 4].filter((n) => n <= bytes.length && isUtf8(bytes.subarray(0, n)));
        expect(lengthOrError(bytes)).toBe(lengths[0] ?? 'CorruptDataError');
      }),
      { numRuns: 5000 },
    );
  });
});
