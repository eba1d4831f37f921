import type { Redis } from 'ioredis';
import { entityKeyPrefix } from '../../../common/codec/entity-key.codec.js';
import type { Deadline } from '../../../common/model/deadline.js';
import { runRedisCommands } from './redis-client.js';

/** Hashes that the server looks at in one step: well under a millisecond of its time. */
const SCAN_STEP = 1000;
const U32_BYTES = 4;

/** The keys of one project that hold rows of one set of join keys. */
export interface KeyFamily {
  readonly project: string;
  readonly joinKeys: readonly string[];
  /** `entity_key_serialization_version` */
  readonly keyVersion: number;
}

export interface ScanStep {
  readonly keys: readonly Buffer[];
  readonly isLast: boolean;
}

/**
 * All keys of a family that are there from beginning to end, in steps; a key may come twice.
 *
 * Shape:  a step may have no keys. Only hashes; what a pattern cannot tell (`ab` ends with `b`) is told by the bytes.
 * Errors: UnavailableError, also when the deadline (of all steps, or of each) passes.
 */
export async function* scanKeys(
  client: Redis,
  family: KeyFamily,
  deadline: Deadline | (() => Deadline),
): AsyncGenerator<ScanStep> {
  const prefix = entityKeyPrefix(family.joinKeys, family.keyVersion);
  const project = Buffer.from(family.project, 'utf8');
  const pattern = Buffer.concat([escapeGlob(prefix), Buffer.from('*'), escapeGlob(project)]);
  let cursor = '0';
  do {
    const from = cursor;
    const limit = typeof deadline === 'function' ? deadline() : deadline;
    const reply = await runRedisCommands(client, limit, (ready) =>
      ready.callBuffer('SCAN', from, 'MATCH', pattern, 'COUNT', SCAN_STEP, 'TYPE', 'hash'),
    );
    const [next, keys] = reply as [Buffer, Buffer[]];
    cursor = next.toString('latin1');
    yield {
      keys: keys.filter((key) => isOfFamily(key, prefix.length, family.joinKeys.length, project)),
      isLast: cursor === '0',
    };
  } while (cursor !== '0');
}

/** As many values as there are join keys follow the prefix, and then exactly the project. */
function isOfFamily(key: Buffer, prefixLength: number, valueCount: number, project: Buffer): boolean {
  let at = prefixLength;
  for (let value = 0; value < valueCount; value++) {
    if (at + 2 * U32_BYTES > key.length) return false;
    at += 2 * U32_BYTES + key.readUInt32LE(at + U32_BYTES);
  }
  return at <= key.length && key.subarray(at).equals(project);
}

/** Makes every byte stand for itself: `*?[]^-\` have a meaning in patterns. */
function escapeGlob(bytes: Uint8Array): Buffer {
  const escaped: number[] = [];
  for (const byte of bytes) {
    if (SPECIAL_BYTES.has(byte)) escaped.push(BACKSLASH);
    escaped.push(byte);
  }
  return Buffer.from(escaped);
}

const BACKSLASH = 0x5c;
const SPECIAL_BYTES: ReadonlySet<number> = new Set(Buffer.from('*?[]^-\\', 'latin1'));
