import { expect, it } from 'vitest';
import { loadedFixture } from '../../../../test/support/loaded-fixture.js';
import { entity, featureView, fileSource, float32, int64, list, string } from '../../../definitions/index.js';
import { encodeDefinitions } from '../encoding/encode-definitions.js';
import { type SourceChecks, validateSources } from './source-validation.js';

const REPO = 'test/fixtures/conformance/repos/drivers-sqlite';
const ALL = { sources: true, views: true };

const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
const stats = fileSource({
  name: 'stats_source',
  path: 'data/driver_stats.parquet',
  timestampField: 'event_timestamp',
  createdTimestampColumn: 'created',
});
const hourly = featureView({
  name: 'hourly',
  entities: [driver],
  schema: { conv_rate: float32 },
  source: stats,
});

/** What a repo that exports these definitions is told: its warnings, or the lines of its problems. */
async function told(
  module: Readonly<Record<string, unknown>>,
  checks: SourceChecks = ALL,
  offlineType = 'file',
): Promise<readonly string[]> {
  const loaded = loadedFixture('features.ts', module);
  const context = { projectName: 'shop', projectDescription: '', onlineVersioning: false };
  const { desired, problems } = encodeDefinitions(loaded, context);
  expect(problems).toEqual([]);
  const config = { offlineStore: { type: offlineType, options: {} }, repoDir: REPO };
  try {
    return await validateSources(config, { desired, loaded }, checks);
  } catch (error) {
    return (error as Error).message.split('\n');
  }
}

it('says nothing when everything is there', async () => {
  expect(await told({ driver, stats, hourly })).toEqual([]);
});

it('names what is wrong with a source where it is exported, or in the view that reads it', async () => {
  const source = fileSource({ name: 'lost', path: 'data/lost.parquet', timestampField: 'event_timestamp' });
  const view = featureView({ name: 'lonely', entities: [driver], schema: { x: int64 }, source });
  expect(await told({ driver, source, view })).toEqual([
    expect.stringMatching(/^features\.ts: source\.path: data\/lost\.parquet: there is no such file/),
  ]);
  expect(await told({ driver, view })).toEqual([
    expect.stringMatching(/^features\.ts: view\.source\.path: data\/lost\.parquet: there is no such file/),
  ]);
});

it('names timestamps, join keys and features that are not there or of another type', async () => {
  const source = fileSource({
    name: 'wrong',
    path: 'data/driver_stats.parquet',
    timestampField: 'driver_id',
    createdTimestampColumn: 'creatd',
  });
  const customer = entity({ name: 'customer', joinKey: 'customer_id', type: string });
  const view = featureView({
    name: 'view',
    entities: [customer],
    schema: { conv_rat: float32, acc_rate: list(int64) },
    source,
  });
  const problems = await told({ customer, source, view });
  expect(problems).toEqual([
    expect.stringMatching(/^features\.ts: source\.timestampField: the event timestamp driver_id must be/),
    expect.stringMatching(
      /^features\.ts: source\.createdTimestampColumn: the created timestamp creatd: there is no such column; did you mean created\?/,
    ),
    expect.stringMatching(/^features\.ts: view\.entities: the join key customer_id: there is no such column/),
    expect.stringMatching(
      /^features\.ts: view\.schema\.conv_rat: the feature conv_rat: there is no such column; did you mean conv_rate\?/,
    ),
    expect.stringMatching(
      /^features\.ts: view\.schema\.acc_rate: the feature acc_rate is declared INT64_LIST, but its column holds .*; its columns are driver_id, event_timestamp, /,
    ),
  ]);
  expect(await told({ customer, source, view }, { sources: true, views: false })).toHaveLength(2);
  expect(await told({ customer, source, view }, { sources: false, views: false })).toEqual([]);
});

it('finds columns through the field mapping', async () => {
  const source = fileSource({
    name: 'mapped',
    path: 'data/driver_stats.parquet',
    timestampField: 'event_timestamp',
    fieldMapping: { conv_rate: 'rate', nothing: 'more' },
  });
  const view = featureView({
    name: 'view',
    entities: [driver],
    schema: { rate: float32, more: int64 },
    source,
  });
  expect(await told({ driver, source, view })).toEqual([
    expect.stringMatching(
      /^features\.ts: view\.schema\.more: the feature more \(its field mapping names the column nothing\)/,
    ),
  ]);
});

it('warns of files that this version cannot read, and of a store that it cannot', async () => {
  const source = fileSource({
    name: 'delta',
    path: 'data/delta',
    timestampField: 'event_timestamp',
    fileFormat: 'delta',
  });
  expect(await told({ driver, source })).toEqual([
    expect.stringMatching(/^features\.ts: source\.path: .*delta/i),
  ]);
  expect(await told({ driver, stats, hourly }, ALL, 'snowflake.offline')).toEqual([
    expect.stringMatching(
      /^data sources are not looked into: an offline store of the type snowflake\.offline/,
    ),
  ]);
});
