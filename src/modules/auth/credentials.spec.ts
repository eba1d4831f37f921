import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { credentialsOf } from './credentials.js';

const of = (headers: Record<string, string>, rawHeaders: string[] = Object.entries(headers).flat()) =>
  credentialsOf({ headers, rawHeaders });

describe('credentialsOf', () => {
  it.each(['Bearer abc', 'bearer abc', 'BEARER\tabc', '  Bearer   abc  '])(
    'finds the token in %j',
    (authorization) => {
      expect(of({ authorization })).toEqual({ kind: 'token', text: 'abc' });
    },
  );

  it.each([
    '',
    ' ',
    'Bearer',
    'Bearer ',
    'abc',
    'Basic abc',
    'Bearer a b',
    'Bearer a b c',
    'Bearerabc',
    'Bearer: abc x',
  ])('finds none in %j', (authorization) => {
    expect(of({ authorization })).toBeUndefined();
  });

  it('looks at no key beside a header that is wrong', () => {
    expect(of({ authorization: 'Basic x', 'x-api-key': 'salver_x' })).toBeUndefined();
    expect(of({ authorization: 'Bearer t', 'x-api-key': 'salver_x' })).toEqual({ kind: 'token', text: 't' });
    expect(of({ 'x-api-key': 'salver_x' })).toEqual({ kind: 'api-key', text: 'salver_x' });
  });

  it('takes none of two headers', () => {
    const twice = ['Authorization', 'Bearer a', 'x', 'y', 'AUTHORIZATION', 'Bearer a'];
    expect(of({ authorization: 'Bearer a' }, twice)).toBeUndefined();
  });

  it('takes none that is too long', () => {
    expect(of({ authorization: `Bearer ${'x'.repeat(32_768)}` })).toBeDefined();
    expect(of({ authorization: `Bearer ${'x'.repeat(32_769)}` })).toBeUndefined();
    expect(of({ 'x-api-key': 'x'.repeat(32_769) })).toBeUndefined();
  });

  it('never takes more than one word, whatever the header', () => {
    fc.assert(
      fc.property(fc.string(), (authorization) => {
        const found = of({ authorization });
        expect(found === undefined || !/\s/.test(found.text)).toBe(true);
      }),
    );
  });
});
