const C1 = 0xcc9e2d51;
const C2 = 0x1b873593;

/**
 * MurmurHash3, the 32-bit variant for x86.
 *
 * Shape:  an unsigned 32-bit number.
 * Source: the published algorithm (public domain); checked against spec/redis-vectors.json.
 */
export function murmur3x86(bytes: Uint8Array, seed = 0): number {
  const { length } = bytes;
  const tailAt = length & ~3;
  let hash = seed | 0;
  for (let at = 0; at < tailAt; at += 4) {
    hash ^= scrambled(bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24));
    hash = (Math.imul(rotatedLeft(hash, 13), 5) + 0xe6546b64) | 0;
  }
  let tail = 0;
  for (let at = length - 1; at >= tailAt; at--) tail = (tail << 8) | bytes[at]!;
  hash ^= scrambled(tail);
  return finished(hash ^ length);
}

/** Zero stays zero, so that a block that is not there changes nothing. */
function scrambled(block: number): number {
  return Math.imul(rotatedLeft(Math.imul(block, C1), 15), C2);
}

function rotatedLeft(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}

function finished(word: number): number {
  let hash = Math.imul(word ^ (word >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}
