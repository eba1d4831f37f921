import { describe, expect, it } from 'vitest';
import { murmur3x86 } from './murmur3-32.js';

/** Widely published test vectors of the x86 32-bit variant. */
describe('murmur3x86', () => {
  it.each([
    ['', 0, 0x00000000],
    ['', 1, 0x514e28b7],
    ['', 0xffffffff, 0x81f16f39],
    ['ffffffff', 0, 0x76293b50],
    ['21436587', 0, 0xf55b516b],
    ['21436587', 0x5082edee, 0x2362f9de],
    ['214365', 0, 0x7e4a8634],
    ['2143', 0, 0xa0f7b07a],
    ['21', 0, 0x72661cf4],
    ['00000000', 0, 0x2362f9de],
    ['000000', 0, 0x85f0b427],
    ['0000', 0, 0x30f4c306],
    ['00', 0, 0x514e28b7],
  ])('of %s with the seed %i', (hex, seed, hash) => {
    expect(murmur3x86(Buffer.from(hex, 'hex'), seed)).toBe(hash);
  });
});
