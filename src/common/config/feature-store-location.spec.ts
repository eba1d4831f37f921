import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { locateFeatureStore } from './feature-store-location.js';
import { loadFeatureStore } from '../../../test/support/load-feature-store.js';

let root: string;
beforeAll(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'salver-spec-')));
  mkdirSync(join(root, 'one'));
  mkdirSync(join(root, 'two'));
});
afterAll(() => rmSync(root, { recursive: true }));

describe('locateFeatureStore', () => {
  it.each([
    { why: 'the current directory', repoDir: '.', yamlPath: 'feature_store.yaml' },
    { why: '--chdir', flags: { chdir: 'one' }, repoDir: 'one', yamlPath: 'one/feature_store.yaml' },
    {
      why: 'the variable of the directory',
      env: { FEATURE_REPO_DIR_ENV_VAR: 'one' },
      repoDir: 'one',
      yamlPath: 'one/feature_store.yaml',
    },
    {
      why: '--chdir before the variable',
      env: { FEATURE_REPO_DIR_ENV_VAR: 'one' },
      flags: { chdir: 'two' },
      repoDir: 'two',
      yamlPath: 'two/feature_store.yaml',
    },
    {
      why: 'the variable of the file',
      env: { FEAST_FS_YAML_FILE_PATH: 'x.yaml' },
      flags: { chdir: 'one' },
      repoDir: 'one',
      yamlPath: 'x.yaml',
    },
    {
      why: '--feature-store-yaml before the variable',
      env: { FEAST_FS_YAML_FILE_PATH: 'x.yaml' },
      flags: { featureStoreYaml: 'y.yaml' },
      repoDir: '.',
      yamlPath: 'y.yaml',
    },
    {
      why: 'empty variables for none',
      env: { FEAST_FS_YAML_FILE_PATH: '', FEATURE_REPO_DIR_ENV_VAR: '', FEATURE_STORE_YAML_BASE64: '' },
      repoDir: '.',
      yamlPath: 'feature_store.yaml',
    },
  ])('takes $why', ({ env = {}, flags = {}, repoDir, yamlPath }) => {
    expect(locateFeatureStore({ env, cwd: root, flags })).toMatchObject({
      repoDir: join(root, repoDir),
      yamlPath: join(root, yamlPath),
    });
  });

  it('writes the encoded file to a new directory of its own, before all else', () => {
    const text = 'project: drivers\nregistry: data/registry.db\n';
    const encoded = Buffer.from(text).toString('base64');
    const env = { FEATURE_STORE_YAML_BASE64: `${encoded.slice(0, 8)}\n${encoded.slice(8)}\n` };
    const sources = {
      env: { ...env, FEAST_FS_YAML_FILE_PATH: 'x.yaml' },
      cwd: root,
      flags: { chdir: 'missing' },
    };
    const first = loadFeatureStore(sources);
    const second = loadFeatureStore(sources);
    try {
      expect(first.repoDir).not.toBe(second.repoDir);
      expect(first.registry.path).toBe(join(first.repoDir, 'data/registry.db'));
      expect(readFileSync(first.yamlPath, 'utf8')).toBe(text);
      expect(statSync(first.repoDir).mode & 0o077).toBe(0);
      expect(statSync(first.yamlPath).mode & 0o077).toBe(0);
    } finally {
      for (const { repoDir } of [first, second]) rmSync(repoDir, { recursive: true });
    }
  });

  it.each(['not base64!', 'abc', '===='])('refuses %s as an encoded file', (encoded) => {
    const sources = { env: { FEATURE_STORE_YAML_BASE64: encoded }, cwd: root, flags: {} };
    expect(() => locateFeatureStore(sources)).toThrow('FEATURE_STORE_YAML_BASE64: this is not base64');
  });

  it('says which directory does not exist, and who named it', () => {
    const missing = join(root, 'missing');
    expect(() => locateFeatureStore({ env: {}, cwd: root, flags: { chdir: 'missing' } })).toThrow(
      `--chdir: the repo directory ${missing} does not exist`,
    );
    expect(() =>
      locateFeatureStore({ env: { FEATURE_REPO_DIR_ENV_VAR: missing }, cwd: root, flags: {} }),
    ).toThrow(`FEATURE_REPO_DIR_ENV_VAR: the repo directory ${missing} does not exist`);
  });

  it('says where the file was looked for and how to name another', () => {
    const message = (flags: { chdir?: string; featureStoreYaml?: string }, env = {}) => {
      try {
        loadFeatureStore({ env, cwd: root, flags });
        return '';
      } catch (error) {
        return (error as Error).message;
      }
    };
    expect(message({})).toContain(
      `there is no file ${join(root, 'feature_store.yaml')} (in the current directory)`,
    );
    expect(message({ chdir: 'one' })).toContain(
      `${join(root, 'one/feature_store.yaml')} (in the repo directory)`,
    );
    expect(message({ featureStoreYaml: 'x' })).toContain(
      `${join(root, 'x')} (named by --feature-store-yaml)`,
    );
    expect(message({}, { FEAST_FS_YAML_FILE_PATH: 'x' })).toContain('(named by FEAST_FS_YAML_FILE_PATH)');
    for (const name of [
      '--feature-store-yaml',
      '--chdir',
      'FEAST_FS_YAML_FILE_PATH',
      'FEATURE_REPO_DIR_ENV_VAR',
    ]) {
      expect(message({})).toContain(name);
    }
  });
});
