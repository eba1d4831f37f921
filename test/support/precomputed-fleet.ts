import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { compileEntityKey } from '../../src/common/codec/entity-key.codec.js';
import { encodeValue } from '../../src/common/codec/value.codec.js';
import { Deadline } from '../../src/common/model/deadline.js';
import { ValueType } from '../../src/common/model/value.js';
import type { WriteBatch } from '../../src/common/model/write-batch.js';
import { RedisOnlineStore } from '../../src/modules/online-store/redis/redis-online-store.js';
import { RedisOnlineStoreTables } from '../../src/modules/online-store/redis/redis-online-store-tables.js';
import { RedisOnlineStoreWriter } from '../../src/modules/online-store/redis/redis-online-store-writer.js';
import { SqliteOnlineStore } from '../../src/modules/online-store/sqlite/sqlite-online-store.js';
import { SqliteOnlineStoreTables } from '../../src/modules/online-store/sqlite/sqlite-online-store-tables.js';
import { SqliteOnlineStoreWriter } from '../../src/modules/online-store/sqlite/sqlite-online-store-writer.js';
import { decodeRegistry } from '../../src/modules/registry/registry.codec.js';
import { VectorSink } from '../../src/modules/serving/precomputed/precomputed-read.js';
import type { RefreshPorts } from '../../src/modules/serving/precomputed/precomputed-refresh.js';
import {
  decodePrecomputedVector,
  holdsContent,
} from '../../src/modules/serving/precomputed/precomputed-vector.codec.js';
import type { RedisServer } from './redis-server.js';

/* The project of test/fixtures/precomputed, in stores of a test's own. */

type Hashes = Readonly<Record<string, Readonly<Record<string, string>>>>;

const FIXTURE = new URL('../fixtures/precomputed/', import.meta.url);
const jsonOf = (name: string) => JSON.parse(readFileSync(new URL(name, FIXTURE), 'utf8')) as Hashes;
export const snapshot = decodeRegistry(readFileSync(new URL('registry.db', FIXTURE)), 'fleet');
export const feastRows = jsonOf('rows.json');
export const feastVectors = jsonOf('vectors.json');
export const DAY_MICROS = 86_400_000_000;
export const T1 = Date.UTC(2026, 2, 1) * 1000;

/** Into an empty server. */
export async function fillRedis(server: RedisServer): Promise<void> {
  for (const [key, fields] of Object.entries(feastRows)) {
    for (const [field, value] of Object.entries(fields)) {
      await server.client.hset(Buffer.from(key, 'hex'), Buffer.from(field, 'hex'), Buffer.from(value, 'hex'));
    }
  }
}

function closing<T extends { close(): Promise<void> }>(what: T): T {
  onTestFinished(() => what.close());
  return what;
}

export function redisPorts(server: RedisServer): RefreshPorts {
  const connection = server.connection();
  return {
    reader: closing(new RedisOnlineStore({ connection })),
    writer: closing(new RedisOnlineStoreWriter({ connection, keyTtlSeconds: null, skipDedup: false })),
    tables: closing(
      new RedisOnlineStoreTables({ connection, fullScanForDeletion: true, entityKeyVersion: 3 }),
    ),
  };
}

export function sqlitePorts(): RefreshPorts {
  const folder = mkdtempSync(join(tmpdir(), 'salver-vectors-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'online.db');
  return {
    reader: closing(new SqliteOnlineStore({ path })),
    writer: closing(
      new SqliteOnlineStoreWriter({
        path,
        journalMode: 'keep',
        vectorEnabled: false,
        enableOpenaiCompatibleStore: false,
      }),
    ),
    tables: closing(new SqliteOnlineStoreTables({ path, withNumbers: false })),
  };
}

export const driverKeys = (ids: readonly number[]): Uint8Array[] =>
  compileEntityKey(['driver_id'], 3).encode(
    [{ type: ValueType.INT64, values: ids }],
    ids.map((_, row) => row),
  );

export function tripsBatch(ids: readonly number[], trips: number, micros = T1): WriteBatch {
  return {
    project: 'fleet',
    viewName: 'stats',
    version: 0,
    features: ['trips', 'rate', 'city'],
    keys: driverKeys(ids),
    values: [
      ids.map(() => encodeValue({ type: ValueType.INT64, value: trips })),
      ids.map(() => new Uint8Array()),
      ids.map((id) => encodeValue({ type: ValueType.STRING, value: `city ${id}` })),
    ],
    eventTimesMicros: ids.map(() => micros),
    createdTimesMicros: undefined,
    policy: 'newest',
  };
}

export async function vectorsOf({ reader }: RefreshPorts, service: string, ids: readonly number[]) {
  const keys = driverKeys(ids);
  const sink = new VectorSink(keys.length);
  const viewName = `__precomputed__${service}`;
  const plan = { project: 'fleet', views: [{ viewName, version: 0, features: ['vector'] }] };
  await reader.read(plan, [keys], sink, Deadline.after(5000));
  return sink.vectors.map((stored) => stored && decodePrecomputedVector(stored));
}

export const tripsIn = (vector: Awaited<ReturnType<typeof vectorsOf>>[number]): string | undefined => {
  const bytes = vector?.values[vector.names.indexOf('stats__trips')];
  return bytes && Buffer.from(bytes).toString('hex');
};
export const tripsHex = (trips: number) =>
  Buffer.from(encodeValue({ type: ValueType.INT64, value: trips })).toString('hex');

/** The time of its making is the last field of a vector: its tag is the byte behind the content. */
export function withoutBuildTime(stored: Buffer): Buffer {
  for (let length = stored.length; length > 0; length--) {
    for (let start = 2; start <= 6; start++) {
      const content = stored.subarray(start, length);
      if (holdsContent(stored, content) && stored.length - length < 20) return content;
    }
  }
  throw new Error(`no vector: ${stored.toString('hex')}`);
}
