import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import { describe, expect, it } from 'vitest';

import { CHECKOUT } from '../support/servers.ts';
import { loadRecording } from './exchange.ts';
import { scratchRepo } from './scratch-repo.ts';

const FIXTURES = join(CHECKOUT, 'test/fixtures/conformance');
const files = ['cases', 'scenarios'].flatMap((folder) =>
  readdirSync(join(FIXTURES, folder)).map((name) => `${folder}/${name}`),
);

describe('scratchRepo', () => {
  it.each(files)('sets up the repo of %s as the recording says, and removes it', (file) => {
    const recording = loadRecording(join(FIXTURES, file));
    const repo = scratchRepo(FIXTURES, file, recording);
    const yaml = readFileSync(join(repo.path, 'feature_store.yaml'), 'utf8');
    const original = readFileSync(join(FIXTURES, 'repos', recording.repo, 'feature_store.yaml'), 'utf8');
    const isChanged = /feature_store\.yaml (with|of)/.test(recording.server.note);
    expect(yaml === original).toBe(!isChanged && typeof recording.server.feature_store_yaml !== 'string');
    expect(existsSync(join(repo.path, 'data/registry.db'))).toBe(true);
    repo.remove();
    expect(existsSync(repo.path)).toBe(false);
  });

  it('refuses a repo whose feature_store.yaml is not the expected one', () => {
    const recording = {
      ...loadRecording(join(FIXTURES, 'cases/vectors-sqlite-text.json')),
      repo: 'odfv-sqlite',
    };
    expect(() => scratchRepo(FIXTURES, 'cases/vectors-sqlite-text.json', recording)).toThrow(
      'vector_enabled',
    );
  });
});
