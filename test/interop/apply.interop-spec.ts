import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { ensureFeastVenv, feastEnv, type FeastVenv } from '../support/feast-venv.ts';
import { salver } from '../support/salver-process.ts';
import { runPython } from './shop-repo.ts';

const YAML = `project: both
provider: local
registry:
  path: data/registry.db
online_store:
  type: sqlite
  path: ../both/data/online.db
offline_store:
  type: file
entity_key_serialization_version: 3
`;

const TYPESCRIPT = `import { days, entity, featureService, featureView, fileSource, int64, float32, labelView, permission, project, pushSource, READ, requestSource, roleBased, string } from 'salver';

export const both = project({ name: 'both', description: 'written twice', tags: { a: 'b' } });
export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64, description: 'who drives' });
export const stats = fileSource({ name: 'stats_source', path: 'data/stats.parquet', timestampField: 'event_timestamp', createdTimestampColumn: 'created' });
export const push = pushSource({ name: 'stats_push', batchSource: stats });
export const request = requestSource({ name: 'request', schema: { bonus: int64 } });
export const hourly = featureView({ name: 'hourly', entities: [driver], ttl: days(1), schema: { conv_rate: float32, trips: int64 }, source: stats, online: true, owner: 'me' });
export const pushed = featureView({ name: 'pushed', entities: [driver], schema: { conv_rate: float32 }, source: push, online: true });
export const everyone = featureView({ name: 'everyone', schema: { trips: int64 }, source: stats, online: true });
export const labels = labelView({ name: 'labels', entities: [driver], schema: { good: int64, labeler: string }, source: push, ttl: days(3), online: true });
export const service = featureService({ name: 'service', features: [hourly.select('trips'), pushed], tags: { team: 'a' } });
export const readers = permission({ name: 'readers', types: ['FeatureView'], policy: roleBased(['reader']), actions: READ });
`;

const PYTHON = `from datetime import timedelta
from feast import (Entity, FeatureService, FeatureView, Field, FileSource, LabelView, Project, PushSource, RequestSource,
                   ValueType)
from feast.permissions.action import READ
from feast.permissions.permission import Permission
from feast.permissions.policy import RoleBasedPolicy
from feast.types import Float32, Int64, String

both = Project(name="both", description="written twice", tags={"a": "b"})
driver = Entity(name="driver", join_keys=["driver_id"], value_type=ValueType.INT64, description="who drives")
stats = FileSource(name="stats_source", path="data/stats.parquet", timestamp_field="event_timestamp",
                   created_timestamp_column="created")
push = PushSource(name="stats_push", batch_source=stats)
request = RequestSource(name="request", schema=[Field(name="bonus", dtype=Int64)])
hourly = FeatureView(name="hourly", entities=[driver], ttl=timedelta(days=1), source=stats, owner="me",
                     schema=[Field(name="conv_rate", dtype=Float32), Field(name="trips", dtype=Int64)])
pushed = FeatureView(name="pushed", entities=[driver], source=push, schema=[Field(name="conv_rate", dtype=Float32)])
everyone = FeatureView(name="everyone", entities=[], source=stats, schema=[Field(name="trips", dtype=Int64)])
labels = LabelView(name="labels", entities=[driver], source=push, ttl=timedelta(days=3),
                   schema=[Field(name="good", dtype=Int64), Field(name="labeler", dtype=String)])
service = FeatureService(name="service", features=[hourly[["trips"]], pushed], tags={"team": "a"})
readers = Permission(name="readers", types=[FeatureView], policy=RoleBasedPolicy(roles=["reader"]), actions=READ)
`;

const LIST = `
import json, sys
from feast import FeatureStore
store = FeatureStore(repo_path=sys.argv[1])
lists = ["entities", "data_sources", "feature_views", "label_views", "feature_services", "permissions"]
names = {kind: sorted(one.name for one in getattr(store, "list_" + kind)()) for kind in lists}
versions = store.registry.list_feature_view_versions("hourly", "both")
print(json.dumps({**names, "project": store.get_project("both").description, "versions": [v["version"] for v in versions]}))
`;

const TABLES = ['both_everyone', 'both_hourly', 'both_labels', 'both_pushed'];

/** Makes a file as the definitions want it. */
const MAKE_DATA = `
import pandas as pd, sys
pd.DataFrame({"driver_id": [1], "conv_rate": pd.Series([0.5], dtype="float32"), "trips": [7],
  "event_timestamp": pd.to_datetime(["2026-03-01T10:00:00Z"]), "created": pd.to_datetime(["2026-03-01T10:00:00Z"])}
).to_parquet(sys.argv[1])
`;

describe('one project, applied by Salver and by Feast', () => {
  let venv: FeastVenv;
  let root: string;
  let repo: string;
  let made = 0;

  beforeAll(async () => {
    venv = ensureFeastVenv((line) => process.stderr.write(`${line}\n`));
    root = realpathSync(mkdtempSync(join(tmpdir(), 'salver-apply-interop-')));
    await runPython(venv, ['-c', MAKE_DATA, join(root, 'stats.parquet')]);
  });
  afterAll(() => rmSync(root, { recursive: true, force: true }));

  beforeEach(() => {
    repo = join(root, `run-${++made}`, 'both');
    mkdirSync(join(repo, 'data'), { recursive: true });
    cpSync(join(root, 'stats.parquet'), join(repo, 'data/stats.parquet'));
    writeFileSync(join(repo, 'feature_store.yaml'), YAML);
  });

  async function salverApply(text = TYPESCRIPT, ...options: readonly string[]): Promise<string> {
    rmSync(join(repo, 'features.py'), { force: true });
    writeFileSync(join(repo, 'features.ts'), text);
    const { code, output } = await salver(['-c', repo, 'apply', '--no-type-check', ...options]);
    if (code !== 0) throw new Error(output);
    return output;
  }

  function feastApply(text = PYTHON): string {
    rmSync(join(repo, 'features.ts'), { force: true });
    writeFileSync(join(repo, 'features.py'), text);
    return execFileSync(venv.feast, ['-c', repo, 'apply'], {
      encoding: 'utf8',
      env: feastEnv(),
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  function withStore<T>(work: (database: DatabaseSync) => T): T {
    const database = new DatabaseSync(join(repo, 'data/online.db'));
    try {
      return work(database);
    } finally {
      database.close();
    }
  }

  function tables(): readonly string[] {
    return withStore((database) =>
      database
        .prepare("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
        .all()
        .map((row) => String(row['name'])),
    );
  }

  it("our registry loads in Feast's SDK, with its versions", async () => {
    await salverApply();
    await salverApply(
      TYPESCRIPT.replace(
        'trips: int64 }, source: stats, online: true, owner',
        'trips: int64, more: int64 }, source: stats, online: true, owner',
      ),
      '--skip-source-validation',
    );
    expect(JSON.parse(await runPython(venv, ['-c', LIST, repo]))).toEqual({
      entities: ['driver'],
      data_sources: ['request', 'stats_push', 'stats_source'],
      feature_views: ['everyone', 'hourly', 'pushed'],
      label_views: ['labels'],
      feature_services: ['service'],
      permissions: ['readers'],
      project: 'written twice',
      versions: ['v0', 'v1'],
    });
  });

  it('an apply of Feast on top of ours changes nothing, and keeps our tables and rows', async () => {
    await salverApply();
    expect(tables()).toEqual(TABLES);
    withStore((database) =>
      database.exec(
        "INSERT INTO both_hourly (entity_key, feature_name, value) VALUES (x'01', 'trips', x'2007')",
      ),
    );
    const said = feastApply();
    expect(said).toContain('No changes to registry');
    expect(said).toContain('No changes to infrastructure');
    expect(tables()).toEqual(TABLES);
    expect(withStore((database) => database.prepare('SELECT count(*) AS n FROM both_hourly').get())).toEqual({
      n: 1,
    });
  });

  it('an apply of ours on top of that of Feast changes nothing', async () => {
    feastApply();
    const before = readFileSync(join(repo, 'data/registry.db'));
    const said = await salverApply();
    expect(said).toContain('No changes to registry');
    expect(said).toContain('No changes to infrastructure');
    expect(readFileSync(join(repo, 'data/registry.db')).equals(before)).toBe(true);
  });

  it('a project goes to and fro: a change here, a change there, a view less', async () => {
    feastApply();
    expect(await salverApply(TYPESCRIPT.replace('days(1)', 'days(2)'))).toMatch(
      /Updated feature view hourly\n\tttl: 1d -> 2d\n/,
    );
    expect(feastApply(PYTHON.replace('days=1', 'days=2'))).toContain('No changes to registry');
    const less = TYPESCRIPT.replace(/export const everyone.*\n/, '');
    expect(await salverApply(less)).toContain('Deleted sqlite table both_everyone');
    const said = feastApply(PYTHON.replace(/everyone = .*\n/, ''));
    expect(said).toContain('No changes to registry');
    expect(said).toContain('No changes to infrastructure');
    expect(tables()).toEqual(TABLES.filter((name) => name !== 'both_everyone'));
  });
});
