import type { Redis } from 'ioredis';
import type { StoredRow } from './stored-rows.js';

/* Feast's layout in Redis (spec/online-store-redis.md), written without the store's own code. */

/** Writes rows as Feast does, one HSET each. */
export async function writeFeastHashes(client: Redis, rows: readonly StoredRow[]): Promise<void> {
  const pipeline = client.pipeline();
  for (const row of rows) {
    pipeline.call('HSET', Buffer.concat([row.entityKey, Buffer.from(row.project)]), ...feastFields(row));
  }
  for (const [error] of (await pipeline.exec()) ?? []) if (error) throw error;
}

/** Names and values in turn. */
function feastFields({ viewName, version, values, eventTimeMicros }: StoredRow): Buffer[] {
  const view = version > 0 ? `${viewName}_v${version}` : viewName;
  const fields = [Buffer.from(`_ts:${view}`), feastTimestamp(eventTimeMicros)];
  for (const [feature, value] of values) {
    fields.push(murmur3Field(Buffer.from(`${view}:${feature}`)), Buffer.from(value ?? []));
  }
  return fields;
}

/** A `google.protobuf.Timestamp`. */
function feastTimestamp(micros: number): Buffer {
  const all = BigInt(micros);
  const rest = ((all % 1_000_000n) + 1_000_000n) % 1_000_000n;
  return Buffer.from([...numberField(1, (all - rest) / 1_000_000n), ...numberField(2, rest * 1000n)]);
}

function numberField(field: number, value: bigint): number[] {
  if (value === 0n) return [];
  const bytes = [field * 8];
  let left = BigInt.asUintN(64, value);
  for (; left >= 0x80n; left >>= 7n) bytes.push(Number(left & 0x7fn) + 0x80);
  return [...bytes, Number(left)];
}

/** The name of a field from `view:feature`: murmur3 for x86 with 32 bits, in plain integers; little-endian. */
export function murmur3Field(bytes: Buffer): Buffer {
  const word = (value: bigint): bigint => BigInt.asUintN(32, value);
  const rotate = (value: bigint, bits: bigint): bigint => word((value << bits) | (value >> (32n - bits)));
  const mixed = (block: bigint): bigint => word(rotate(word(block * 0xcc9e2d51n), 15n) * 0x1b873593n);
  let hash = 0n;
  const padded = Buffer.concat([bytes, Buffer.alloc(4)]);
  const blocks = Math.floor(bytes.length / 4);
  for (let block = 0; block < blocks; block++) {
    hash = word(rotate(hash ^ mixed(BigInt(padded.readUInt32LE(4 * block))), 13n) * 5n + 0xe6546b64n);
  }
  hash ^= mixed(BigInt(padded.readUInt32LE(4 * blocks))) ^ BigInt(bytes.length);
  hash = word((hash ^ (hash >> 16n)) * 0x85ebca6bn);
  hash = word((hash ^ (hash >> 13n)) * 0xc2b2ae35n);
  const field = Buffer.alloc(4);
  field.writeUInt32LE(Number(hash ^ (hash >> 16n)));
  return field;
}
