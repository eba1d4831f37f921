import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { describe, expect, it } from 'vitest';
import { ConfigurationError } from './configuration-error.js';
import { loadFeatureStore } from '../../../test/support/load-feature-store.js';
import type { FeatureStoreConfig } from './feature-store.js';
import { loadConfiguration } from './load-configuration.js';
import { settingKeys } from './setting-keys.js';
import type { YamlNode } from './yaml-node.js';
import { parseYaml } from './yaml-text.js';

const example = (name: string) => readFileSync(new URL(`../../../config/${name}`, import.meta.url), 'utf8');

const DEFAULTS = new Map(settingKeys().map((key) => [key.path, key.defaultValue]));

function leaves(node: YamlNode | undefined, path = ''): [string, unknown][] {
  if (node?.kind !== 'map') return [[path, node && 'value' in node ? node.value : null]];
  return [...node.entries].flatMap(([key, value]) => leaves(value, path === '' ? key : `${path}.${key}`));
}

function keysOf(node: YamlNode | undefined, ...path: string[]): string[] {
  const [key, ...rest] = path;
  if (node?.kind !== 'map') return [];
  return key === undefined ? [...node.entries.keys()] : keysOf(node.entries.get(key), ...rest);
}

/** Runs with a repo directory that holds this feature_store.yaml. */
function inRepo<T>(text: string, run: (repo: string) => T): T {
  const repo = mkdtempSync(join(tmpdir(), 'salver-spec-'));
  try {
    writeFileSync(join(repo, 'feature_store.yaml'), text);
    return run(repo);
  } finally {
    rmSync(repo, { recursive: true });
  }
}

function loadStore(text: string): FeatureStoreConfig {
  return inRepo(text, (cwd) => loadFeatureStore({ env: {}, cwd, flags: {} }));
}

/** The keys of a block, as the loader lists them when it meets one that is not known. */
function knownKeys(text: string): string[] {
  const list = (message: string) => /known keys: ([^;)]*)/.exec(message)?.[1]?.split(', ') ?? [];
  try {
    return loadStore(text).warnings.flatMap(({ message }) => list(message));
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.flatMap(({ message }) => list(message));
    throw error;
  }
}

describe('config/salver.example.yaml', () => {
  it('holds every setting with its default, and no other', () => {
    const values = leaves(parseYaml(example('salver.example.yaml'), 'salver.yaml'));
    const plain = values.map(([path, value]) => [path, typeof value === 'bigint' ? Number(value) : value]);
    // A list is no setting that has a variable: it is the last of its block.
    expect(plain).toEqual([...DEFAULTS, ['auth.api_keys', null]]);
  });

  it('has a comment before every setting', () => {
    const lines = example('salver.example.yaml').split('\n');
    const undocumented = lines.filter(
      (line, at) => /^ {2}\w+:/.test(line) && !lines[at - 1]?.startsWith('  # '),
    );
    expect(undocumented).toEqual([]);
  });
});

describe('config/production.env.example', () => {
  const text = example('production.env.example');

  it('holds the variable of every setting with its default, and no other', () => {
    const defaults = settingKeys().map((key) => [key.variable, String(key.defaultValue)]);
    expect({ ...parseEnv(text) }).toEqual(Object.fromEntries(defaults));
  });

  it('names the variables that are not settings', () => {
    const names = [...text.matchAll(/^#([A-Z\d_]+)=/gm)].map((match) => match[1]);
    expect(new Set(names)).toEqual(
      new Set([
        'FEAST_FS_YAML_FILE_PATH',
        'FEATURE_REPO_DIR_ENV_VAR',
        'FEATURE_STORE_YAML_BASE64',
        'INTRA_COMMUNICATION_BASE64',
      ]),
    );
  });
});

describe('config/development.env', () => {
  it('is understood without a warning', () => {
    const { FEATURE_REPO_DIR_ENV_VAR: directory, ...env } = parseEnv(example('development.env')) as Record<
      string,
      string
    >;
    expect(directory).toBe('example');
    inRepo('project: p\nregistry: r.db\n', (cwd) => {
      const { salver, warnings } = loadConfiguration({ env, cwd, flags: {} });
      expect(salver.server).toMatchObject({ port: 6566, workers: 1 });
      expect(warnings).toEqual([]);
    });
  });
});

describe('config/feature_store.example.yaml', () => {
  const text = example('feature_store.example.yaml');
  const document = parseYaml(text, 'feature_store.yaml');

  it('says nothing but the defaults', () => {
    const { repoDir, yamlPath: _, givenKeys: __, featureServer, ...config } = loadStore(text);
    const minimal = loadStore('project: my_project\nregistry: data/registry.db\n');
    const moved = JSON.parse(
      JSON.stringify(minimal).replaceAll(minimal.repoDir, repoDir),
    ) as FeatureStoreConfig;
    expect(moved).toMatchObject(config);
    expect(featureServer).toEqual({ ...moved.featureServer, transformationServiceNamed: true });
  });

  it('can be served by this version', () => {
    inRepo(text, (cwd) =>
      expect(loadConfiguration({ env: {}, cwd, flags: {} }).featureStore.project).toBe('my_project'),
    );
  });

  const base = 'project: p\nregistry: r.db\n';
  it.each([
    { block: ['registry'], unknown: 'project: p\nregistry: {path: r.db, zzz: 1}\n' },
    { block: ['online_store'], unknown: `${base}online_store: {zzz: 1}\n` },
    { block: ['auth'], unknown: `${base}auth: {type: no_auth, zzz: 1}\n` },
    { block: ['feature_server'], unknown: `${base}feature_server: {zzz: 1}\n` },
    { block: ['feature_server', 'metrics'], unknown: `${base}feature_server: {metrics: {zzz: 1}}\n` },
    {
      block: ['feature_server', 'feature_logging'],
      unknown: `${base}feature_server: {feature_logging: {zzz: 1}}\n`,
    },
  ])('names every key of $block, and no other', ({ block, unknown }) => {
    const keys = knownKeys(unknown);
    expect(keys.length).toBeGreaterThan(0);
    expect(keysOf(document, ...block).toSorted()).toEqual(keys.toSorted());
  });

  it('names every key at the top, in a comment what has no effect', () => {
    const comment = /^# Accepted[^]*/m.exec(text)?.[0].match(/\w+(?=[,.])/g) ?? [];
    const named = new Set([...keysOf(document), ...comment]);
    const known = knownKeys(`${base}zzz: 1\n`).filter((key) => !key.endsWith('_config'));
    expect(known.length).toBeGreaterThan(15);
    expect(known.filter((key) => !named.has(key))).toEqual([]);
    expect(keysOf(document).filter((key) => !known.includes(key))).toEqual([]);
  });
});
