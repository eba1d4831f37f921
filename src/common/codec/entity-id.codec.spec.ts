import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { entityId } from './entity-id.codec.js';

interface KeyVector {
  readonly name: string;
  readonly v3: string;
  readonly entity_id_v3: string;
}

const fixture = new URL('../../../test/fixtures/spec/entity-key-vectors.json', import.meta.url);
const { vectors } = JSON.parse(readFileSync(fixture, 'utf8')) as { vectors: readonly KeyVector[] };

describe('entityId', () => {
  it.each(vectors)('is the one that the reference gives: $name', ({ v3, entity_id_v3 }) => {
    expect(entityId(Buffer.from(v3, 'hex'))).toBe(entity_id_v3);
  });

  it('reads a view into a larger buffer', () => {
    const { v3, entity_id_v3 } = vectors[0]!;
    const framed = Buffer.from(`ffff${v3}ffff`, 'hex');
    expect(entityId(framed.subarray(2, framed.length - 2))).toBe(entity_id_v3);
  });

  // Printed by the reference implementation of the hash: inputs around its blocks of 16 bytes.
  it.each([
    ['', '00000000000000000000000000000000'],
    ['a', '897859f6655555855a890e51483ab5e6'],
    ['hello', '029bbd41b3a7d8cb191dae486a901e5b'],
    ['0123456789abcde', '5123bfc0f6d52da6f04c547c0cf5cc4f'],
    ['0123456789abcdef', 'a7d14acf946de04bda08a7635c5bc387'],
    ['0123456789abcdef0', '75c0a58587ae24ebca283131b368fb73'],
    ['The quick brown fox jumps over the lazy dog', '6c1b07bc7bbc4be347939ac4a93c437a'],
  ])('hashes %j', (text, expected) => {
    expect(entityId(Buffer.from(text))).toBe(expected);
  });
});
