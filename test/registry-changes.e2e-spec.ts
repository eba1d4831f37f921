import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { isDeepStrictEqual } from 'node:util';
import { fromBinary, toBinary, toJson } from '@bufbuild/protobuf';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { RegistrySchema } from '../src/generated/feast/core/Registry_pb.ts';
import { runHere } from './support/command-run.ts';
import { EVERY_KIND, type FeastChange, feastChanges } from './support/feast-commands.ts';

let repo = '';

beforeEach(() => {
  repo = mkdtempSync(join(tmpdir(), 'salver-changes-'));
  cpSync(EVERY_KIND, repo, { recursive: true });
});
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

/** What Feast builds anew when it changes something else: pickled functions, times, classes of sources. */
const REBUILT = ['createdTimestamp', 'lastUpdatedTimestamp', 'dataSourceClassType', 'body'];

function comparable(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isDummy(item)).map(comparable);
  if (typeof value !== 'object' || value === null) return value;
  const kept = Object.entries(value).filter(([key]) => !REBUILT.includes(key));
  return Object.fromEntries(kept.map(([key, member]) => [key, comparable(member)]));
}

/** Feast applies the entity that stands for none again, whatever it deletes. */
function isDummy(item: unknown): boolean {
  return (item as { spec?: { name?: string } } | null)?.spec?.name === '__dummy';
}

/** The members that differ from those before, as far as Feast and ours can be compared; null when gone. */
function differences(before: Members, after: Members): Members {
  const names = Object.keys({ ...before, ...after });
  const pairs = names.map(
    (name) => [name, comparable(before[name]), comparable(after[name] ?? null)] as const,
  );
  const differing = pairs.filter(([, old, now]) => !isDeepStrictEqual(old, now));
  return Object.fromEntries(differing.map(([name, , now]) => [name, now]));
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
      const { code, stderr } = await runHere(['-c', repo, ...run.args, ...yes]);
      expect({ code, stderr }).toEqual({
        code: OURS[line]?.code ?? run.exit_code,
        stderr: expect.stringContaining(OURS[line]?.stderr ?? ''),
      });
      const after = registryBytes();
      const ours = differences(members(before), members(after));
      expect(ours).toEqual(differences(members(before), { ...members(before), ...run.changed }));
      // What changes nothing writes nothing.
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

  it('removes what the online store keeps of a deleted view, and of no other', async () => {
    const store = join(repo, 'data/online_store.db');
    rmSync(store, { force: true });
    using database = new DatabaseSync(store);
    for (const table of ['every_kind_trips', 'every_kind_live_trips']) {
      database.exec(
        `CREATE TABLE ${table} (entity_key BLOB, feature_name TEXT, value BLOB, event_ts timestamp)`,
      );
      database.exec(`INSERT INTO ${table} VALUES (x'00', 'f', x'', 1)`);
    }
    const asked = await runHere(['-c', repo, 'delete', 'trips', '--kind', 'feature-view']);
    expect(asked.code).toBe(1);
    expect(asked.stderr).toContain('with its rows in the online store');
    const { code } = await runHere(['-c', repo, 'delete', 'trips', '--kind', 'feature-view', '-y']);
    expect(code).toBe(0);
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all();
    expect(tables).toEqual([{ name: 'every_kind_live_trips' }]);
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
    writeFileSync(join(repo, 'data/registry.db'), toBinary(RegistrySchema, registry));
    const { code, stderr } = await runHere(['-c', repo, 'projects', 'delete', 'other', '-y']);
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining('protected') });
  });
});
