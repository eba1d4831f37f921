import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MaterializeRepo } from './support/materialize-repo.js';

const WHOLE = ['2025-12-01', '2026-02-01'] as const;

let repo: MaterializeRepo;

beforeEach(() => {
  repo = new MaterializeRepo('drivers-sqlite');
});
afterEach(() => repo[Symbol.dispose]());

describe('what makes no sense', () => {
  const range = ['2026-01-31T00:00:00', '2026-01-01T00:00:00'];
  it.each<[string[], number, string]>([
    [['materialize', ...WHOLE, '-v', 'nope'], 1, 'Feature view nope does not exist in project drivers'],
    [
      ['materialize', ...range, '-v', 'location_stats'],
      1,
      'The given start_date 2026-01-31 00:00:00+00:00 is greater than the given end_date 2026-01-01 00:00:00+00:00.',
    ],
    [['materialize-incremental', 'soon'], 1, "'soon' is not a time"],
    [['materialize', ...WHOLE, '-v', 'disabled_stats'], 1, 'is disabled'],
    [['materialize', ...WHOLE, '-v', 'offline_only_stats'], 1, 'is not configured to be served online'],
    [
      ['materialize', ...WHOLE, '-v', 'zone_stats', '--version', 'v1'],
      1,
      'enable_online_feature_view_versioning',
    ],
    [['materialize', '2026-01-01'], 2, 'END_TS are required unless --disable-event-timestamp is used'],
    [['materialize', '2026-01-01', '--disable-event-timestamp'], 2, 'Cannot specify START_TS or END_TS'],
    [['materialize-incremental'], 2, 'END_TS'],
    [['materialize', ...WHOLE, '--output', 'xml'], 2, '--output'],
  ])('%j ends with %i and a reason', async (args, code, text) => {
    const registry = repo.read('data/registry.db');
    const ended = await repo.run(...args);
    expect(ended.output).toContain(text);
    expect(ended.code).toBe(code);
    expect(ended.output).not.toMatch(/\n\s+at /);
    expect(repo.read('data/registry.db')).toEqual(registry);
  });

  it('is an engine or an offline store that is not there', async () => {
    repo.configure('batch_engine: {type: k8s}\n');
    repo.configure('type: bigquery', 'type: file');
    const { code, output } = await repo.run('materialize', ...WHOLE);
    expect(code).toBe(1);
    expect(output).toContain('batch_engine.type: to materialize by the engine k8s is not supported');
    expect(output).toContain('offline_store.type: the offline store bigquery is not supported');
  });

  it('is a registry that is not there', async () => {
    rmSync(join(repo.path, 'data/registry.db'));
    const { code, output } = await repo.run('materialize', ...WHOLE);
    expect(code).toBe(1);
    expect(output).toContain(`There is no registry at ${join(repo.path, 'data/registry.db')}`);
  });
});
