import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from './configuration-error.js';
import { loadFeatureStore } from '../../../test/support/load-feature-store.js';
import type { FeatureStoreConfig } from './feature-store.js';

type Json = Record<string, unknown>;
type Late = { accepted?: Json | null; refused?: string };

interface StoreFact {
  name: string;
  text: string;
  env?: Record<string, string>;
  refused?: string;
  project: string;
  provider: string;
  entityKeySerializationVersion: number;
  materialization: Json;
  featureServer: Json | null;
  onlineStore: Late;
  registry: Late;
  auth: Late;
}

const FACTS = JSON.parse(
  readFileSync(new URL('../../../test/fixtures/config/feature-store.facts.json', import.meta.url), 'utf8'),
) as StoreFact[];

let repo: string;
beforeAll(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-spec-'));
});
afterAll(() => rmSync(repo, { recursive: true }));

function load(text: string, env: Record<string, string> = {}): FeatureStoreConfig {
  writeFileSync(join(repo, 'feature_store.yaml'), text);
  return loadFeatureStore({ env, cwd: repo, flags: {} });
}

/** What the reference takes at load and then can never serve, or takes for something that it is not. */
const REFUSED_ON_PURPOSE = new Set([
  "project ''",
  'registry null',
  'registry empty text',
  'registry empty object',
  'registry number',
  'registry list',
  'registry store type unknown',
  'version -1',
  'online_store empty list',
  'online_store list',
  'online_store number',
  'online_store zero',
  'online_store false',
  'online_store true',
  "online_store sqlite path ''",
  'top offline_store 5',
  'top offline_store []',
  'top batch_engine 5',
  'top feature_server local',
  'top feature_server []',
  'top auth 5',
  'top auth []',
]);

/** Only the type of an offline store is looked at: its keys belong to Python packages. */
const ACCEPTED_ON_PURPOSE = new Set([
  'top offline_store {type: dask, nope: 1}',
  'top offline_store {path: x}',
]);

function isRefused(fact: StoreFact): boolean {
  if (ACCEPTED_ON_PURPOSE.has(fact.name)) return false;
  const parts = [fact, fact.onlineStore, fact.registry, fact.auth];
  return REFUSED_ON_PURPOSE.has(fact.name) || parts.some((part) => part?.refused !== undefined);
}

function camelCase(values: Json): Json {
  const rename = (key: string) => key.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [rename(key), value]));
}

const NOT_IN_THE_RESULT = ['registry_type', 'registry_store_type', 'mcp', 'path', 'nope'];

function expectedRegistry(accepted: Json): Json {
  const { registry_type: type, path, mcp, cache_mode: cacheMode } = accepted;
  const rest = Object.entries(accepted).filter(([key]) => !NOT_IN_THE_RESULT.includes(key));
  return {
    ...camelCase(Object.fromEntries(rest)),
    type,
    // The reference puts its Python driver into the URL.
    path: type === 'file' ? join(repo, String(path)) : String(path).replace('+psycopg', ''),
    mcpEnabled: (mcp as { enabled: boolean } | null)?.enabled ?? false,
    // Anything but `thread` refreshes in the foreground.
    cacheMode: cacheMode === 'thread' ? 'thread' : 'sync',
  };
}

function expectedOnlineStore(accepted: Json | null | undefined): Json {
  if (!accepted) return { type: 'none' };
  if (accepted['type'] === 'redis') {
    return { ...camelCase(accepted), fullScanForDeletion: accepted['full_scan_for_deletion'] ?? false };
  }
  return {
    ...camelCase(accepted),
    type: 'sqlite',
    vectorEnabled: accepted['vector_enabled'] ?? false,
    path: resolve(repo, String(accepted['path'])),
  };
}

function expectedFeatureServer(accepted: Json): Json {
  const {
    metrics,
    feature_logging: logging,
    offline_push_batching_enabled: enabled,
    offline_push_batching_batch_size: batchSize,
    offline_push_batching_batch_interval_seconds: batchIntervalSeconds,
    mcp_enabled: mcpEnabled,
    mcp_server_name: serverName,
    mcp_server_version: serverVersion,
    mcp_transport: transport,
    ...rest
  } = accepted;
  const batching = enabled === true && batchSize !== null && batchIntervalSeconds !== null;
  const isMcp = rest['type'] === 'mcp';
  return {
    ...camelCase(rest),
    ...(metrics ? { metrics: camelCase(metrics as Json) } : {}),
    ...(logging ? { featureLogging: expectedLogging(logging as Json) } : {}),
    offlinePushBatching: batching ? { batchSize, batchIntervalSeconds } : null,
    mcp: isMcp ? { enabled: mcpEnabled, serverName, serverVersion, transport } : null,
  };
}

function expectedLogging(logging: Json): Json {
  return {
    enabled: logging['enabled'],
    flushIntervalSeconds: logging['flush_interval_secs'],
    writeToDiskIntervalSeconds: logging['write_to_disk_interval_secs'],
    queueCapacity: logging['queue_capacity'],
    emitTimeoutMicroseconds: logging['emit_timeout_micro_secs'],
  };
}

function expectedAuth(accepted: Json | null | undefined): Json {
  if (!accepted || accepted['type'] === 'no_auth') return { type: 'no_auth' };
  if (accepted['type'] === 'kubernetes') return { type: 'kubernetes', userToken: accepted['user_token'] };
  return { ...camelCase(accepted), form: 'token' in accepted ? 'client' : 'server' };
}

describe('loadFeatureStore beside the reference', () => {
  /** Written as text, this type loses its name in the reference. */
  const kubernetesAsText = 'top auth kubernetes';

  const comparable = FACTS.filter((fact) => !isRefused(fact) && !ACCEPTED_ON_PURPOSE.has(fact.name));
  it.each(comparable)('reads $name as the reference does', (fact) => {
    const config = load(fact.text, fact.env);
    expect(config).toMatchObject({
      project: fact.project,
      provider: fact.provider,
      entityKeySerializationVersion: Math.min(fact.entityKeySerializationVersion, 3),
      registry: expectedRegistry(fact.registry.accepted ?? {}),
      onlineStore: expectedOnlineStore(fact.onlineStore.accepted),
      auth: fact.name === kubernetesAsText ? { type: 'kubernetes' } : expectedAuth(fact.auth.accepted),
      featureServer: fact.featureServer ? expectedFeatureServer(fact.featureServer) : { type: 'local' },
    });
    expect(config.materialization).toEqual(expectedMaterialization(fact));
  });

  it.each(FACTS.filter(isRefused))('refuses $name', (fact) => {
    expect(() => load(fact.text, fact.env)).toThrow(ConfigurationError);
  });

  it.each(FACTS.filter((fact) => ACCEPTED_ON_PURPOSE.has(fact.name)))('accepts $name', (fact) => {
    expect(load(fact.text).offlineStore.type).toBe('dask');
  });

  it('has facts of both kinds', () => {
    expect(FACTS.filter(isRefused).length).toBeGreaterThan(100);
    expect(FACTS.filter((fact) => !isRefused(fact)).length).toBeGreaterThan(100);
  });
});

function expectedMaterialization({ name, materialization }: StoreFact): Json {
  // Both names at once: the reference keeps the second one in the file, this loader the documented one.
  if (name === 'top both materializations') return { pullLatestFeatures: false, onlineWriteBatchSize: 11 };
  return camelCase(materialization);
}
