import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fromBinary, toJson } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { RegistrySchema } from '../src/generated/feast/core/Registry_pb.ts';
import { runHere } from './support/command-run.ts';
import {
  EVERY_KIND,
  type FeastChange,
  feastChanges,
  feastRuns,
  RECORDED_REPOS,
  recordedRepo,
} from './support/feast-commands.ts';

let repo = '';

function copy(from: string): void {
  if (repo !== '') rmSync(repo, { recursive: true, force: true });
  repo = mkdtempSync(join(tmpdir(), 'salver-commands-'));
  cpSync(from, repo, { recursive: true });
}

beforeEach(() => copy(EVERY_KIND));
afterEach(() => rmSync(repo, { recursive: true }));

function registryBytes(): Buffer {
  return readFileSync(join(repo, 'data/registry.db'));
}

type Members = Record<string, unknown>;

/** Shape: as `record-changes.py` has it. */
function members(bytes: Uint8Array): Members {
  const {
    versionId: _,
    lastUpdated: __,
    ...rest
  } = toJson(RegistrySchema, fromBinary(RegistrySchema, bytes)) as Members;
  const history = rest['featureViewVersionHistory'] as { records?: Record<string, unknown>[] } | undefined;
  for (const record of history?.records ?? []) {
    record['featureViewProto'] = Buffer.from(record['featureViewProto'] as string, 'base64').length;
  }
  return rest;
}

function changes(before: Uint8Array, after: Uint8Array): Members {
  const [old, now] = [members(before), members(after)];
  const names = Object.keys({ ...old, ...now });
  const differing = names.filter((name) => JSON.stringify(old[name]) !== JSON.stringify(now[name]));
  return Object.fromEntries(differing.map((name) => [name, now[name] ?? null]));
}

/** Feast builds what it changes anew: with functions pickled again, other times, classes of sources filled in. */
function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const left = Object.entries(value).filter(
    ([key, member]) =>
      !['lastUpdatedTimestamp', 'dataSourceClassType', 'body'].includes(key) &&
      !(key === 'meta' && Object.keys(member as object).every((name) => /Timestamp$/.test(name))),
  );
  return Object.fromEntries(left.map(([key, member]) => [key, comparable(member)]));
}

function without(changed: Members, ...names: string[]): Members {
  return Object.fromEntries(Object.entries(changed).filter(([name]) => !names.includes(name)));
}

/** Feast's exit code for what it did not do is 0; ours says so. */
const OURS: Readonly<Record<string, { code: number; stderr: string }>> = {
  'feature-views disable fraud_labels': { code: 1, stderr: 'cannot be enabled or disabled' },
  'feature-views set-state trips available_online': { code: 1, stderr: 'it can become CREATED' },
  'feature-views set-state fraud_labels CREATED': { code: 1, stderr: 'has no state' },
  'delete nope': { code: 1, stderr: 'There is no object nope' },
};

/** What Feast cannot delete, or says that it deleted and did not. */
const DELETED_BY_OURS_ONLY = ['delete world', 'delete training', 'projects delete every_kind -y'];

describe('commands that change the registry', () => {
  const runs = feastChanges().filter(({ args }) => !DELETED_BY_OURS_ONLY.includes(args.join(' ')));

  it.each(runs.map((run): [string, FeastChange] => [run.args.join(' '), run]))(
    '%s changes what Feast changes',
    async (line, run) => {
      const before = registryBytes();
      const yes = run.args[0] === 'delete' ? ['--yes'] : [];
      const { code, stdout, stderr } = await runHere(['-c', repo, ...run.args, ...yes]);
      const after = registryBytes();
      expect({ code, stderr }).toEqual({
        code: OURS[line]?.code ?? run.exit_code,
        stderr: expect.stringContaining(OURS[line]?.stderr ?? ''),
      });
      if (code === 0)
        expect(stdout).toContain(
          run.args.includes('set-state') ? run.args[2] : run.args.at(run.args[0] === 'projects' ? 2 : -1),
        );
      // Deleting one object, Feast applies the entity of views without any again.
      const theirs =
        run.args[0] === 'delete' && run.args[1] !== 'driver' ? without(run.changed, 'entities') : run.changed;
      const expected = run.args[1] === 'driver' ? undefined : comparable(theirs);
      const ours = changes(before, after);
      if (expected === undefined) expect(entityNames(ours)).toEqual(entityNames(run.changed));
      else expect(comparable(ours)).toEqual(expected);
      expect(after.equals(before)).toBe(Object.keys(ours).length === 0);
    },
  );

  it('deletes what Feast cannot', async () => {
    for (const name of [
      'world',
      'training',
      'training_reference',
      'live_trips',
      'fraud_labels',
      'read_trips',
    ]) {
      expect(await runHere(['-c', repo, 'delete', name, '-y'])).toMatchObject({ code: 0 });
      expect(await runHere(['-c', repo, 'delete', name, '-y'])).toMatchObject({ code: 1, stdout: '' });
    }
    const left = members(registryBytes());
    const histories = (left['featureViewVersionHistory'] as { records: { featureViewName: string }[] })
      .records;
    expect(new Set(histories.map(({ featureViewName }) => featureViewName))).toEqual(
      new Set(['trips', 'scaled']),
    );
    for (const name of [
      'savedDatasets',
      'validationReferences',
      'streamFeatureViews',
      'labelViews',
      'permissions',
    ]) {
      expect(left[name]).toBeUndefined();
    }
  });

  it('takes a whole project out, and leaves the other as it was', async () => {
    expect(await runHere(['-c', repo, 'projects', 'delete', 'every_kind', '-y'])).toMatchObject({ code: 0 });
    const left = members(registryBytes());
    const other = { spec: { name: 'rider', project: 'other' } };
    expect(left['entities']).toMatchObject([other]);
    expect(left['projects']).toMatchObject([{ spec: { name: 'other' } }]);
    for (const name of ['featureViews', 'dataSources', 'featureServices']) expect(left[name]).toBeUndefined();
    const gone = await runHere(['-c', repo, 'entities', 'list']);
    expect(gone).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('does not hold the project every_kind'),
    });
    expect(gone.stderr).toContain('it holds other');
  });

  it('says what still needs what is deleted, and asks', async () => {
    const before = registryBytes();
    const { code, stderr } = await runHere(['-c', repo, 'delete', 'trips_source']);
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^trips_source is still used by: .*feature view trips, .*data source trips_push$/m,
    );
    expect(stderr).toContain('Give --yes');
    expect(registryBytes().equals(before)).toBe(true);
  });

  it('deletes of the kind that is asked for', async () => {
    expect(await runHere(['-c', repo, 'delete', 'trips', '--kind', 'entity', '-y'])).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no entity trips'),
    });
    const { code, stdout } = await runHere(['-c', repo, 'delete', 'trips', '--kind', 'feature-view', '-y']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Deleted FeatureView trips from every_kind.\n' });
  });

  it('enables what was disabled, and moves a view through its states', async () => {
    const steps: [string[], number, string][] = [
      [['disable', 'trips'], 0, 'disabled now'],
      [['disable', 'trips'], 0, 'already disabled'],
      [['enable', 'trips'], 0, 'enabled now'],
      [['set-state', 'trips', 'created'], 0, 'CREATED now'],
      [['set-state', 'trips', 'CREATED'], 0, 'already in state CREATED'],
      [['set-state', 'trips', 'GENERATED'], 0, 'GENERATED now'],
      [['set-state', 'trips', 'MATERIALIZING'], 0, 'MATERIALIZING now'],
      [['set-state', 'trips', 'CREATED'], 1, 'it can become AVAILABLE_ONLINE or GENERATED'],
      [['set-state', 'trips', 'AVAILABLE_ONLINE'], 0, 'AVAILABLE_ONLINE now'],
      [['set-state', 'trips', 'GONE'], 2, "'GONE' is none of"],
      [['set-state', 'tripz', 'CREATED'], 1, 'did you mean trips?'],
    ];
    for (const [words, code, text] of steps) {
      const run = await runHere(['-c', repo, 'feature-views', ...words]);
      expect({ words, code: run.code, text: run.stdout + run.stderr }).toEqual({
        words,
        code,
        text: expect.stringContaining(text),
      });
    }
    const { stdout } = await runHere(['-c', repo, 'feature-views', 'list', '--output', 'json']);
    expect(JSON.parse(stdout)).toContainEqual({
      name: 'trips',
      entities: ['driver', 'city'],
      type: 'FeatureView',
      enabled: true,
      state: 'AVAILABLE_ONLINE',
    });
  });

  it('refuses to delete a protected project', async () => {
    const registry = fromBinary(RegistrySchema, registryBytes());
    const spec = registry.projects.find((project) => project.spec?.name === 'other')?.spec;
    if (spec) spec.tags['feast.dev/protected-project'] = 'true';
    const { toBinary } = await import('@bufbuild/protobuf');
    writeFileSync(join(repo, 'data/registry.db'), toBinary(RegistrySchema, registry));
    const { code, stderr } = await runHere(['-c', repo, 'projects', 'delete', 'other', '-y']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('protected') });
  });
});

function entityNames(changed: Members): string[] {
  return (changed['entities'] as { spec: { name: string } }[]).map(({ spec }) => spec.name).toSorted();
}

describe('commands that read', () => {
  const runs = RECORDED_REPOS.flatMap((name) => feastRuns(name).map((run) => ({ name, ...run })));
  const reads = runs.filter(({ args, exit_code: code }) => args[0] === 'get-online-features' && code === 0);

  it.each(
    reads.filter(({ stdout }) => stdout.startsWith('{')).map((run) => [run.args.join(' '), run] as const),
  )('reads what Feast reads: %s', async (_line, { name, args, stdout }) => {
    copy(recordedRepo(name));
    const run = await runHere(['-c', repo, ...args]);
    expect(run.stderr).toBe('');
    const expected = JSON.parse(stdout) as Record<string, unknown>;
    expect(JSON.parse(run.stdout)).toEqual(expected);
  });

  it.each(
    runs.filter(({ args }) => args[0] === 'configuration').map((run) => [run.name, run.stdout] as const),
  )('shows the configuration of %s as Feast does', async (name, stdout) => {
    const run = await runHere(['-c', recordedRepo(name), 'configuration']);
    expect(run).toMatchObject({ code: 0, stderr: '' });
    expect(parse(run.stdout, { version: '1.1' })).toEqual(parse(stdout, { version: '1.1' }));
    expect(Object.keys(parse(run.stdout) as object)).toEqual(Object.keys(parse(stdout) as object));
  });

  it.each(
    runs
      .filter(({ args }) => ['describe', 'list-versions', 'current_project'].includes(args[1] ?? ''))
      .filter(({ name }) => name === 'every-kind')
      .map((run) => [run.args.join(' '), run] as const),
  )('%s ends as in Feast', async (_line, { args, exit_code: code, exception }) => {
    const run = await runHere(['-c', repo, ...args]);
    expect(run.code).toBe(exception === undefined ? code : 0);
    expect((run.code === 0 ? run.stdout : run.stderr).length).toBeGreaterThan(0);
    expect(run.stderr).not.toMatch(/internal error/);
  });

  it('lists the versions that Feast lists', async () => {
    const theirs = runs.find(
      ({ name, args }) => name === 'every-kind' && args.join(' ') === 'feature-views list-versions trips',
    );
    const { stdout } = await runHere([
      '-c',
      repo,
      'feature-views',
      'list-versions',
      'trips',
      '--output',
      'json',
    ]);
    const ours = JSON.parse(stdout) as {
      version: string;
      type: string;
      created: string;
      version_id: string;
    }[];
    const lines = theirs?.stdout.trim().split('\n').slice(1) ?? [];
    expect(ours.map(({ version, type, version_id: id }) => [version, type, id])).toEqual(
      lines.map((line) => line.split(/\s{2,}/)).map(([version, type, , id]) => [version, type, id]),
    );
    expect(ours.map(({ created }) => created.slice(0, 19).replace('T', ' '))).toEqual(
      lines.map((line) => line.split(/\s{2,}/)[2]?.slice(0, 19)),
    );
  });
});
