const WORD = 64;
const BLOCK_BYTES = 16;

const C1 = 0x87c37b91114253d5n;
const C2 = 0x4cf5ad432745937fn;
const MASK = 2n ** 64n - 1n;

/**
 * The id of an entity in stores that hash their keys: the address of a row in DynamoDB and a few others.
 *
 * Shape:  32 lower-case hex digits of MurmurHash3 x64 128 (seed 0) of the serialized entity key: both 64-bit halves
 *         little-endian, one after the other.
 * Source: spec/entity-key.md; checked against entity-key-vectors.json.
 */
export function entityId(key: Uint8Array): string {
  const [first, second] = murmur3(Buffer.from(key.buffer, key.byteOffset, key.byteLength));
  const id = Buffer.allocUnsafe(BLOCK_BYTES);
  id.writeBigUInt64LE(first, 0);
  id.writeBigUInt64LE(second, 8);
  return id.toString('hex');
}

function murmur3(bytes: Buffer): readonly [bigint, bigint] {
  let first = 0n;
  let second = 0n;
  const blocksEnd = bytes.length - (bytes.length % BLOCK_BYTES);
  for (let at = 0; at < blocksEnd; at += BLOCK_BYTES) {
    first = wrap(rotate(first ^ scrambleFirst(bytes.readBigUInt64LE(at)), 27) + second);
    first = wrap(first * 5n + 0x52dce729n);
    second = wrap(rotate(second ^ scrambleSecond(bytes.readBigUInt64LE(at + 8)), 31) + first);
    second = wrap(second * 5n + 0x38495ab5n);
  }
  const tail = Buffer.alloc(BLOCK_BYTES);
  bytes.copy(tail, 0, blocksEnd);
  first ^= scrambleFirst(tail.readBigUInt64LE(0));
  second ^= scrambleSecond(tail.readBigUInt64LE(8));
  return finished(first ^ BigInt(bytes.length), second ^ BigInt(bytes.length));
}

function finished(first: bigint, second: bigint): readonly [bigint, bigint] {
  const sum = wrap(first + second);
  const mixedFirst = avalanche(sum);
  const mixedSecond = avalanche(wrap(sum + second));
  const result = wrap(mixedFirst + mixedSecond);
  return [result, wrap(result + mixedSecond)];
}

function scrambleFirst(word: bigint): bigint {
  return wrap(rotate(wrap(word * C1), 31) * C2);
}

function scrambleSecond(word: bigint): bigint {
  return wrap(rotate(wrap(word * C2), 33) * C1);
}

/** Every bit of the input changes about half of the output. */
function avalanche(word: bigint): bigint {
  let mixed = wrap((word ^ (word >> 33n)) * 0xff51afd7ed558ccdn);
  mixed = wrap((mixed ^ (mixed >> 33n)) * 0xc4ceb9fe1a85ec53n);
  return mixed ^ (mixed >> 33n);
}

function rotate(word: bigint, bits: number): bigint {
  return wrap((word << BigInt(bits)) | (word >> BigInt(WORD - bits)));
}

function wrap(value: bigint): bigint {
  return value & MASK;
}
