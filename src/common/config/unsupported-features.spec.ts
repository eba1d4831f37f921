import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadFeatureStore } from '../../../test/support/load-feature-store.js';
import {
  featuresWithoutEffect,
  unsupportedToMaterialize,
  unsupportedToServe,
} from './unsupported-features.js';

let repo: string;
beforeAll(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-spec-'));
});
afterAll(() => rmSync(repo, { recursive: true }));

function load(text: string) {
  writeFileSync(join(repo, 'feature_store.yaml'), `project: p\n${text}`);
  return loadFeatureStore({ env: {}, cwd: repo, flags: {} });
}

describe('unsupportedToServe', () => {
  it.each([
    'registry: r.db\n',
    'registry: r.db\nprovider: aws\nonline_store: sqlite\nauth: no_auth\nentity_key_serialization_version: 0\n',
    'registry: {path: r.db, registry_store_type: FileRegistryStore}\n',
    'registry: r.db\nauth: kubernetes\n',
    'registry: r.db\nauth: {type: oidc, auth_discovery_url: "https://issuer"}\n',
  ])('finds nothing in %j', (text) => {
    expect(unsupportedToServe(load(text))).toEqual([]);
  });

  it.each([
    ['registry: r.db\nprovider: unity_catalog\n', 'provider', 'unity_catalog'],
    ['registry: r.db\nprovider: my.Provider\n', 'provider', 'my.Provider'],
    ['registry: {registry_type: sql, path: x}\n', 'registry.registry_type', 'sql'],
    ['registry: {registry_type: remote, path: x}\n', 'registry.registry_type', 'remote'],
    ['registry: s3://bucket/r.db\n', 'registry.path', 's3'],
    [
      'registry: {path: r.db, registry_store_type: a.MyRegistryStore}\n',
      'registry.path',
      'a.MyRegistryStore',
    ],
    ['registry: r.db\nonline_store:\n', 'online_store', 'without an online store'],
    ['registry: r.db\nonline_store: {type: postgres, host: h}\n', 'online_store.type', 'postgres'],
    ['registry: r.db\nonline_store: my.OwnOnlineStore\n', 'online_store.type', 'my.OwnOnlineStore'],
  ])('says of %j what is not supported, and what is', (text, path, what) => {
    const problems = unsupportedToServe(load(text));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(what);
    expect(problems[0]?.message).toMatch(/is not supported by this version of Salver \(supported: .+\)/);
  });
});

describe('unsupportedToMaterialize', () => {
  it.each([
    'registry: r.db\n',
    'registry: r.db\noffline_store: duckdb\nbatch_engine: local\nauth: kubernetes\n',
    'registry: r.db\nonline_store: {type: redis, connection_string: "localhost:6379"}\noffline_store: file\n',
  ])('finds nothing in %j', (text) => {
    expect(unsupportedToMaterialize(load(text))).toEqual([]);
  });

  it.each([
    ['registry: s3://bucket/r.db\n', 'registry.path', 's3'],
    ['registry: r.db\nonline_store:\n', 'online_store', 'to materialize without an online store'],
    ['registry: r.db\nonline_store: {type: postgres, host: h}\n', 'online_store.type', 'postgres'],
    ['registry: r.db\noffline_store: bigquery\n', 'offline_store.type', 'supported: file, dask, duckdb'],
    ['registry: r.db\nbatch_engine: k8s\n', 'batch_engine.type', 'by the engine k8s'],
    [
      'registry: r.db\nbatch_engine: {type: spark.engine}\n',
      'batch_engine.type',
      'by the engine spark.engine',
    ],
  ])('says of %j what is not supported, and what is', (text, path, what) => {
    const problems = unsupportedToMaterialize(load(text));
    expect(problems.map((problem) => problem.path)).toEqual([path]);
    expect(problems[0]?.message).toContain(what);
  });
});

describe('featuresWithoutEffect', () => {
  it('is silent on what is not asked for', () => {
    expect(featuresWithoutEffect(load('registry: r.db\nfeature_server: {type: local}\n'))).toEqual([]);
  });

  it.each([
    'online_store: {vector_enabled: true, text_search_enabled: true, enable_openai_compatible_store: true}',
    'embedding_model: {model: m}',
    'offline_store: {type: file}',
    'offline_store: duckdb',
    'batch_engine: {type: local, backend: polars}',
    'materialization: {online_write_batch_size: 5}',
  ])('is silent on %s, which something goes by', (text) => {
    expect(featuresWithoutEffect(load(`registry: r.db\n${text}\n`))).toEqual([]);
  });

  it.each([
    ['offline_store: {type: bigquery}', 'offline_store.type'],
    ['batch_engine: k8s', 'batch_engine.type'],
    ['batch_engine_config: {type: spark.engine}', 'batch_engine.type'],
    ['coerce_tz_aware: false', 'coerce_tz_aware'],
    ['openlineage: {enabled: true}', 'openlineage'],
    ['mlflow: {enabled: true}', 'mlflow'],
    ['data_quality_monitoring: {auto_baseline: true}', 'data_quality_monitoring'],
    ['feature_server: {feature_logging: {enabled: true}}', 'feature_server.feature_logging'],
    ['feature_server: {type: mcp}', 'feature_server.type'],
  ])('names the key of %s', (text, path) => {
    const warnings = featuresWithoutEffect(load(`registry: r.db\n${text}\n`));
    expect(warnings.map((warning) => warning.path)).toEqual([path]);
    expect(warnings[0]?.message).toMatch(/^has no effect yet: .+ not part of this version of Salver$/);
  });

  it('names the registry server, too', () => {
    const config = load('registry: {path: r.db, mcp: {enabled: true}}\n');
    expect(featuresWithoutEffect(config).map((warning) => warning.path)).toEqual(['registry.mcp.enabled']);
  });
});
