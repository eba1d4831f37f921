import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { comparableValue } from '../../../../test/support/comparable-value.js';
import { murmur3Field } from '../../../../test/support/feast-redis-hashes.js';
import { batchesOf } from '../../../../test/support/offline-sources.js';
import type { FeatureView } from '../../../common/model/feature-view.js';
import { WireReader } from '../../../common/codec/protobuf-wire.js';
import { decodeRegistry } from '../../registry/registry.codec.js';
import { DuckdbOfflineStore } from './duckdb-offline-store.js';

/* Feast materialized the recorded repos; what is read from their files has to be what it stored, byte for byte. */

const REPOS = resolve('test/fixtures/conformance/repos');

interface Interval {
  readonly start: string;
  readonly end: string;
  readonly feature_views: readonly string[];
}

type Base64 = { readonly b64: string };

/** Integers that stand beside nulls keep all their digits, and stay integers in structs: Feast makes them floats. */
const ASTRAY: readonly (readonly [ofFeast: string, ours: string])[] = [
  ['4:9007199254740992 ', '4:9007199254740993 '],
  ['34:{age: 5:5,', '34:{age: 4:5,'],
  ['34:{age: 5:0,', '34:{age: 4:0,'],
  ['34:{age: 5:-1,', '34:{age: 4:-1,'],
];

function corrected(stored: string): string {
  const found = ASTRAY.find(([ofFeast]) => stored.startsWith(ofFeast));
  return found === undefined ? stored : found[1] + stored.slice(found[0].length);
}

function readJson<T>(repo: string, file: string): T {
  return JSON.parse(readFileSync(join(REPOS, repo, file), 'utf8')) as T;
}

function viewsOf(repo: string, project: string): (name: string) => FeatureView {
  const snapshot = decodeRegistry(readFileSync(join(REPOS, repo, 'data/registry.db')), project);
  return (name) => (snapshot.featureViews.get(name) ?? snapshot.streamFeatureViews.get(name))!;
}

interface LoadedCell {
  readonly key: Buffer;
  readonly feature: string;
  readonly value: Uint8Array;
  readonly eventMicros: number;
  readonly createdMicros: number | undefined;
}

async function load(repo: string, view: FeatureView, { start, end }: Interval): Promise<LoadedCell[]> {
  const store = new DuckdbOfflineStore(join(REPOS, repo));
  try {
    const batches = await batchesOf(store, {
      source: view.batchSource!,
      joinKeys: view.entityColumns,
      features: view.features,
      entityKeySerializationVersion: 3,
      startMicros: Date.parse(`${start}Z`) * 1000,
      endMicros: Date.parse(`${end}Z`) * 1000,
      batchRows: 2,
    });
    return batches.flatMap((batch) =>
      batch.keys.flatMap((key, row) =>
        view.features.map(({ name }, index) => ({
          key: Buffer.from(key),
          feature: name,
          value: batch.values[index]!.at(row)!,
          eventMicros: batch.eventTimesMicros[row]!,
          createdMicros: batch.createdTimesMicros?.[row],
        })),
      ),
    );
  } finally {
    await store.close();
  }
}

interface SqliteTable {
  readonly columns?: readonly string[];
  readonly rows?: readonly (readonly (Base64 | string | number | null)[])[];
}

/** `key feature` → value, event and created time in seconds. */
function storedInSqlite(table: SqliteTable): Map<string, string> {
  const at = (name: string): number => table.columns!.indexOf(name);
  return new Map(
    table.rows!.map((row) => {
      const { b64: key } = row[at('entity_key')] as Base64;
      const value = row[at('value')] as Base64 | null;
      const shown = comparableValue(Buffer.from(value?.b64 ?? '', 'base64'));
      return [
        `${key} ${row[at('feature_name')] as string}`,
        corrected(`${shown} @${row[at('event_ts')] as string} ${row[at('created_ts')] as string}`),
      ];
    }),
  );
}

const SQLITE_REPOS = [
  ['drivers-sqlite', 'drivers'],
  ['alltypes-sqlite', 'alltypes'],
  ['odfv-sqlite', 'odfv'],
  ['permissions-oidc', 'perms'],
  ['vectors-sqlite', 'vectors'],
] as const;

describe.each(SQLITE_REPOS)('%s', (repo, project) => {
  const tables = readJson<Record<string, SqliteTable>>(repo, 'dumps/online_store.sqlite.json');
  const view = viewsOf(repo, project);
  const loads = readJson<Interval[]>(repo, 'materialize.json').flatMap((interval) =>
    interval.feature_views.map((name) => ({ name, interval })),
  );

  it.each(loads)('$name', async ({ name, interval }) => {
    const loaded = await load(repo, view(name), interval);
    const cells = loaded.map(({ key, feature, value, eventMicros, createdMicros }): [string, string] => [
      `${key.toString('base64')} ${feature}`,
      `${comparableValue(value)} @${Math.floor(eventMicros / 1e6)} ${createdMicros === undefined ? null : Math.floor(createdMicros / 1e6)}`,
    ]);
    const expected = storedInSqlite(tables[`${project}_${name}`]!);
    expect(expected.size).toBeGreaterThan(0);
    expect(new Map(cells)).toEqual(expected);
    expect(cells).toHaveLength(expected.size);
  });
});

interface RedisHash {
  readonly key_base64: string;
  readonly fields: readonly { readonly field_base64: string; readonly value_base64: string }[];
}

/** Key of an entity → its fields by their base64. */
function storedInRedis(repo: string, project: string): Map<string, ReadonlyMap<string, string>> {
  const { keys } = readJson<{ keys: readonly RedisHash[] }>(repo, 'dumps/redis.v3.json');
  return new Map(
    keys.map(({ key_base64: key, fields }) => {
      const entityKey = Buffer.from(key, 'base64').subarray(0, -project.length).toString('base64');
      return [entityKey, new Map(fields.map((field) => [field.field_base64, field.value_base64]))];
    }),
  );
}

/** A `google.protobuf.Timestamp`: fields 1 and 2. */
function microsOf(timestamp: string): number {
  const reader = new WireReader(Buffer.from(timestamp, 'base64'));
  let micros = 0;
  while (reader.pos < reader.end)
    micros += reader.tag() === 8 ? reader.varint() * 1e6 : reader.varint() / 1000;
  return micros;
}

describe('drivers-redis, which keeps microseconds', () => {
  const hashes = storedInRedis('drivers-redis', 'drivers');
  const view = viewsOf('drivers-redis', 'drivers');
  const loads = readJson<Interval[]>('drivers-redis', 'materialize.json').flatMap((interval) =>
    interval.feature_views.map((name) => ({ name, interval })),
  );

  it.each(loads)('$name', async ({ name, interval }) => {
    const loaded = await load('drivers-redis', view(name), interval);
    expect(loaded.length).toBeGreaterThan(0);
    for (const { key, feature, value, eventMicros } of loaded) {
      const fields = hashes.get(key.toString('base64'))!;
      const stored = fields.get(murmur3Field(Buffer.from(`${name}:${feature}`)).toString('base64'))!;
      expect(`${comparableValue(value)} `).toBe(
        corrected(`${comparableValue(Buffer.from(stored, 'base64'))} `),
      );
      expect(eventMicros).toBe(microsOf(fields.get(Buffer.from(`_ts:${name}`).toString('base64'))!));
    }
    const entities = [...hashes.values()].filter((fields) =>
      fields.has(Buffer.from(`_ts:${name}`).toString('base64')),
    );
    expect(new Set(loaded.map(({ key }) => key.toString('base64'))).size).toBe(entities.length);
  });
});
