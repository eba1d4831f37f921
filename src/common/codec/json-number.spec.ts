import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { JsonFloat } from '../model/json-value.js';
import { parseJsonWithMember } from './json-document.codec.js';
import { readJsonText } from './json-text-reader.js';

const read = (text: string): number => (readJsonText(text) as JsonFloat).value;

describe('a float', () => {
  it.each([
    '0.1',
    '-0.0',
    '123456.789',
    '0.000001',
    '9007199254740993.5',
    '1e5',
    '1.5e-3',
    '12345678901234.5',
  ])('is the nearest double: %s', (text) => expect(read(text)).toBe(Number(text)));

  it('is the nearest double however many digits it has', () => {
    const digits = fc.nat({ max: 20 }).chain((length) => fc.stringMatching(new RegExp(`^\\d{${length}}$`)));
    fc.assert(
      fc.property(fc.boolean(), digits, digits, (isNegative, whole, fraction) => {
        const text = `${isNegative ? '-' : ''}${whole.replace(/^0+/, '') || '0'}.${fraction || '0'}`;
        expect(Object.is(read(text), Number(text))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });
});

describe('the text of a member', () => {
  const textOf = (body: string): string | undefined =>
    parseJsonWithMember(Buffer.from(body), 'df').memberText;

  it('is what was sent, of the outermost object and the last of that name', () => {
    expect(textOf('{"a": {"df": 1}, "df" : {"é": [1.0, "\\u00e9"]} , "b": [{"df": 2}]}')).toBe(
      '{"é": [1.0, "\\u00e9"]}',
    );
    expect(textOf('{"df": 1, "df": [2]}')).toBe('[2]');
    expect(textOf('[{"df": 1}]')).toBeUndefined();
  });
});

describe('a text with escapes', () => {
  it('is what JSON says, whatever stands around it', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary', maxLength: 12 }), { maxLength: 4 }), (texts) => {
        const escaped = `[${texts.map((text) => JSON.stringify(`\\"${text}\n`)).join(' , ')}]`;
        expect(readJsonText(escaped)).toEqual(texts.map((text) => `\\"${text}\n`));
      }),
    );
  });
});
