import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ConfigurationError } from './configuration-error.js';
import { loadFeatureStore } from '../../../test/support/load-feature-store.js';
import type { FeatureStoreConfig } from './feature-store.js';

let repo: string;
beforeAll(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-spec-'));
});
afterAll(() => rmSync(repo, { recursive: true }));

function load(text: string, env: Record<string, string> = {}): FeatureStoreConfig {
  writeFileSync(join(repo, 'feature_store.yaml'), text);
  return loadFeatureStore({ env, cwd: repo, flags: {} });
}

function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  try {
    load(text, env);
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError)
      return error.problems.map(({ path, message }) => `${path}: ${message}`);
    throw error;
  }
}

const BASE = 'project: drivers\nregistry: data/registry.db\n';

describe('loadFeatureStore on the recorded files', () => {
  const recorded = (name: string) =>
    readFileSync(
      new URL(`../../../test/fixtures/conformance/cli/yaml-${name}.feature_store.yaml`, import.meta.url),
      'utf8',
    );

  it.each([
    ['bad-feature-server-type', 'feature_server.type: expected one of local, mcp'],
    ['bad-project-name', 'project: must not hold a hyphen'],
    ['empty', 'the file is empty'],
    ['no-project', 'project: required'],
    ['not-yaml', 'not valid YAML at line 2, column 1'],
    ['unknown-online-key', 'online_store.nope: unknown key (known keys: type, path, '],
    ['unknown-online-store', 'online_store.type: no online store is called "nosuchstore"'],
  ])('refuses %s', (name, message) => {
    expect(() => load(recorded(name))).toThrow(message);
  });

  it.each([
    ['env-var', '${FEAST_TEST_DB:data/online_store.db}', 3],
    ['registry-missing-file', 'data/online_store.db', 3],
    ['unknown-key', 'data/online_store.db', 3],
    ['version-1', 'data/online_store.db', 1],
    ['version-2', 'data/online_store.db', 2],
  ])('accepts %s', (name, path, entityKeySerializationVersion) => {
    expect(load(recorded(name))).toMatchObject({
      project: 'drivers',
      onlineStore: { type: 'sqlite', path: join(repo, path) },
      entityKeySerializationVersion,
    });
  });
});

describe('loadFeatureStore', () => {
  it('tells all problems at once, each with its key path', () => {
    const text = [
      'project: my-drivers',
      'registry: {path: r.db, cache_ttl_seconds: "60"}',
      'online_store: {type: sqlite, pth: x.db, vector_enabled: maybe}',
      'feature_server: {metrics: {enabled: "yes", pussh: true}}',
      'auth: {type: oidc, token: t, token_env_var: T}',
      'entity_key_serialization_version: "3"',
    ].join('\n');
    expect(problemsOf(text).toSorted()).toEqual([
      'auth: only one of these can be set: token, token_env_var',
      'entity_key_serialization_version: expected a whole number, found text',
      'feature_server.metrics.enabled: expected true or false, found text',
      'feature_server.metrics.pussh: unknown key (known keys: enabled, resource, request, online_features, push, ' +
        'materialization, freshness, offline_features, audit_logging; did you mean push?)',
      'online_store.pth: unknown key (known keys: type, path, vector_enabled, similarity, text_search_enabled, ' +
        'enable_openai_compatible_store; did you mean path?)',
      'online_store.vector_enabled: expected true or false, found text',
      'project: must not hold a hyphen: the name becomes part of table names',
      'registry.cache_ttl_seconds: expected a whole number, found text',
    ]);
  });

  it('never repeats a value: it may be a secret', () => {
    const text = `${BASE}online_store: {type: redis, connection_string: 123456789}\nauth: {type: oidc, token: 987654}\n`;
    const problems = problemsOf(text).join('\n');
    expect(problems).toContain(
      'online_store.connection_string: expected text, found a whole number (put it in quotes)',
    );
    expect(problems).not.toMatch(/123456789|987654/);
  });

  it('is plain frozen data that survives a clone and JSON', () => {
    const config = load(
      `${BASE}offline_store: {type: file, since: 2001-12-14, share: .inf, deep: {list: [1, on, null]}}\n` +
        'feature_server: {type: mcp}\nauth: {type: oidc, auth_discovery_url: u}\n',
    );
    expect(structuredClone(config)).toEqual(config);
    expect(JSON.parse(JSON.stringify(config))).toEqual(config);
    expect(config.offlineStore).toEqual({
      type: 'dask',
      options: { since: '2001-12-14', share: 'Infinity', deep: { list: [1, true, null] } },
    });
    const frozen = (value: unknown): boolean =>
      typeof value !== 'object' ||
      value === null ||
      (Object.isFrozen(value) && Object.values(value).every(frozen));
    expect(frozen(config)).toBe(true);
  });

  it('takes __proto__ for a key like any other', () => {
    expect(problemsOf(`${BASE}online_store: {__proto__: 1}\n`)).toHaveLength(1);
    expect(load(`${BASE}__proto__: {project: x}\n`).project).toBe('drivers');
    expect(Object.keys(load(`${BASE}offline_store: {__proto__: 1}\n`).offlineStore.options)).toEqual([
      '__proto__',
    ]);
  });

  it('warns of what is accepted and means nothing, or something else', () => {
    const text =
      `project: drivers\nregistry: {path: r.db, cache_ttl: 5}\nregistri: x\nflags: {a: on}\n` +
      'entity_key_serialization_version: 2\nfeature_server: {offline_push_batching_enabled: true}\n';
    const warnings = load(text).warnings.map(({ path, message }) => `${path}: ${message}`);
    expect(warnings).toHaveLength(5);
    expect(warnings.join('\n')).toMatch(
      /^registri: unknown key, it has no effect .*did you mean registry\?/m,
    );
    expect(warnings.join('\n')).toMatch(
      /^registry.cache_ttl: unknown key, .*did you mean cache_ttl_seconds\?/m,
    );
    expect(warnings.join('\n')).toMatch(/^entity_key_serialization_version: version 2 is deprecated/m);
    expect(warnings.join('\n')).toMatch(/^flags: has no effect/m);
    expect(warnings.join('\n')).toMatch(/^feature_server.offline_push_batching_enabled: batching stays off/m);
    expect(load(BASE).warnings).toEqual([]);
  });

  it('reads every key of a remote registry', () => {
    const text =
      'project: p\nregistry: {registry_type: remote, path: "h:6570", is_tls: true, cert: c, client_cert: d, ' +
      'client_key: k, authority: a, cache_ttl_seconds: 5}\n';
    expect(load(text).registry).toMatchObject({
      type: 'remote',
      path: 'h:6570',
      isTls: true,
      cert: 'c',
      clientCert: 'd',
      clientKey: 'k',
      authority: 'a',
      cacheTtlSeconds: 5,
    });
  });

  it.each([
    ['s3://bucket/registry.db', 's3', 's3://bucket/registry.db'],
    ['gs://bucket/registry.db', 'gs', 'gs://bucket/registry.db'],
    ['hdfs://host/registry.db', 'hdfs', 'hdfs://host/registry.db'],
    ['/abs/registry.db', 'file', '/abs/registry.db'],
  ])('knows where %s lies', (path, store, expected) => {
    expect(load(`project: p\nregistry: "${path}"\n`).registry).toMatchObject({
      type: 'file',
      store,
      path: expected,
    });
  });

  it.each(['file:///abs/registry.db', 'ftp://host/registry.db', 'localhost:6570'])(
    'refuses the path %s',
    (path) => {
      expect(problemsOf(`project: p\nregistry: "${path}"\n`)[0]).toMatch(
        /^registry.path: the scheme \w+: cannot be used/,
      );
    },
  );

  it('refuses what is not UTF-8, and a directory in place of the file', () => {
    writeFileSync(join(repo, 'feature_store.yaml'), Buffer.from([0x70, 0xff, 0xfe]));
    expect(() => loadFeatureStore({ env: {}, cwd: repo, flags: {} })).toThrow('the file is not UTF-8 text');
    expect(() => loadFeatureStore({ env: {}, cwd: repo, flags: { featureStoreYaml: '.' } })).toThrow(
      'the file cannot be read',
    );
  });
});
