import { mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { availableCores } from './available-cores.js';
import { ConfigurationError, describeProblem } from './configuration-error.js';
import type { ConfigurationFlags } from './configuration-sources.js';
import { loadConfiguration } from './load-configuration.js';

let repo: string;
beforeEach(() => {
  repo = realpathSync(mkdtempSync(join(tmpdir(), 'salver-spec-')));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(repo, { recursive: true });
});

function write(files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) writeFileSync(join(repo, name), text);
}

function load(flags: ConfigurationFlags = {}, env: Record<string, string> = {}) {
  return loadConfiguration({ env, cwd: repo, flags });
}

function problemsOf(run: () => unknown): string[] {
  try {
    run();
    return [];
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems.map(describeProblem);
    throw error;
  }
}

const GOOD = 'project: drivers\nregistry: data/registry.db\n';

describe('loadConfiguration', () => {
  it('loads both files and gathers what is to be told', () => {
    write({
      'feature_store.yaml': `${GOOD}extra: 1\ncoerce_tz_aware: true\n`,
      'salver.yaml': 'server: {port: 0}\n',
    });
    const loaded = load({}, { SALVER_PORT: '1' });
    expect(loaded.featureStore.registry.path).toBe(join(repo, 'data/registry.db'));
    expect(loaded.salver.server.port).toBe(0);
    expect(loaded.warnings.map((warning) => warning.path)).toEqual([
      'extra',
      'coerce_tz_aware',
      'SALVER_PORT',
    ]);
    expect(structuredClone(loaded)).toEqual(loaded);
    expect(JSON.parse(JSON.stringify(loaded))).toEqual(loaded);
    expect(Object.isFrozen(loaded.salver.server) && Object.isFrozen(loaded.warnings)).toBe(true);
  });

  it('puts the problems of both files and of this version into one message', () => {
    write({
      'feature_store.yaml': `${GOOD}provider: azur\nonline_store: {type: sqlite, pth: x}\nauth: kubernetes\n`,
      'salver.yaml': 'server: {port: x}\n',
    });
    expect(problemsOf(load)).toEqual([
      expect.stringMatching(/^online_store.pth: unknown key/),
      'salver.yaml: server.port: expected a whole number, found text',
      expect.stringMatching(/^provider: the provider azur is not supported by this version of Salver/),
      expect.stringMatching(/^auth.type: kubernetes works in a pod of a cluster only/),
    ]);
    expect(load).toThrow(/^The configuration cannot be used:\n {2}online_store\.pth: .*\n {2}salver\.yaml: /);
  });

  it('says of a block once that it is wrong', () => {
    write({ 'feature_store.yaml': `${GOOD}online_store: nosuch\n` });
    expect(problemsOf(load)).toEqual([
      expect.stringMatching(/^online_store.type: no online store is called/),
    ]);
  });

  it('tells the problems of salver.yaml also when there is no feature_store.yaml', () => {
    write({ 'salver.yaml': 'server: {port: x}\n' });
    expect(problemsOf(load)).toEqual([
      expect.stringMatching(/^feature_store.yaml: there is no file/),
      'salver.yaml: server.port: expected a whole number, found text',
    ]);
  });

  it('looks for salver.yaml beside feature_store.yaml, not in the repo directory', () => {
    mkdirSync(join(repo, 'other'));
    write({
      'salver.yaml': 'server: {port: 1}',
      'other/fs.yaml': GOOD,
      'other/salver.yaml': 'server: {port: 2}',
    });
    const loaded = load({ featureStoreYaml: 'other/fs.yaml' });
    expect(loaded.salver.server.port).toBe(2);
    expect(loaded.featureStore.repoDir).toBe(repo);
  });

  it('leaves nothing of an encoded file that cannot be used', () => {
    const encode = (text: string) => ({ FEATURE_STORE_YAML_BASE64: Buffer.from(text).toString('base64') });
    vi.stubEnv('TMPDIR', repo);
    expect(() => load({}, encode('project: p-q\n'))).toThrow(ConfigurationError);
    expect(readdirSync(repo)).toEqual([]);
    expect(load({}, encode(GOOD)).featureStore.repoDir).toContain(repo);
  });

  it('counts the cores for -1 workers', () => {
    write({ 'feature_store.yaml': GOOD });
    expect(load({ settings: { 'server.workers': '-1' } }).salver.server.workers).toBe(
      2 * availableCores() + 1,
    );
    expect(load({ settings: { 'server.workers': 3 } }).salver.server.workers).toBe(3);
  });

  it('never fails with anything but a ConfigurationError, whatever the files hold', () => {
    const key = fc.constantFrom(
      'project',
      'registry',
      'online_store',
      'auth',
      'feature_server',
      'type',
      'path',
      'server',
      'port',
    );
    const scalar = fc.constantFrom(
      'x',
      '1',
      '1.5',
      'true',
      '~',
      '"3"',
      '2001-01-01',
      'sqlite',
      'oidc',
      '*a',
      '[1]',
      '{type: mcp}',
    );
    const line = fc
      .tuple(fc.constantFrom('', '  ', '- '), key, fc.option(scalar, { nil: '' }))
      .map(([indent, name, value]) => `${indent}${name}: ${value}`);
    fc.assert(
      fc.property(fc.array(line, { maxLength: 12 }), fc.string(), (lines, noise) => {
        const text = `${lines.join('\n')}\n`;
        for (const [store, salver] of [
          [text, text],
          [`${GOOD}${text}`, noise],
          [`${text}${noise}`, ''],
        ] as const) {
          write({ 'feature_store.yaml': store, 'salver.yaml': salver });
          expect(problemsOf(load)).toBeInstanceOf(Array);
        }
      }),
      { numRuns: 100 },
    );
  });
});
