import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { decodeEntityKey } from '../../src/common/codec/entity-key.codec.ts';
import { comparableValue } from '../support/comparable-value.ts';
import { feastVenv } from '../support/feast-venv.ts';
import { salver, SalverProcess } from '../support/salver-process.ts';
import { pythonScript, runPython } from './shop-repo.ts';

const RANGE = ['2026-01-01T00:00:00', '2026-01-02T12:00:00'];
const VIEWS = [
  'two_sources',
  'three_sources',
  'at_an_instant',
  'one_source',
  'more_keys',
  'one_name',
] as const;
type View = (typeof VIEWS)[number];

/** The views of `make_joined_repo.py` in TypeScript. */
const TWINS = `
import { entity, featureView, fileSource, float64, hours, int64, onDemandFeatureView, requestSource, string, unixTimestamp } from 'salver';

export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
export const customer = entity({ name: 'customer', joinKey: 'customer_id', type: string });
const from = (name: string, more = {}) =>
  fileSource({ name: name + '_source', path: 'data/' + name + '.parquet', timestampField: 'event_timestamp', ...more });

export const rides = featureView({ name: 'rides', entities: [driver], source: from('rides'), schema: { fare: float64 } });
export const ratings = featureView({
  name: 'ratings',
  entities: [driver],
  ttl: hours(8),
  source: from('ratings', { createdTimestampColumn: 'created' }),
  schema: { stars: float64 },
});
export const homes = featureView({ name: 'homes', entities: [driver], source: from('homes'), schema: { label: string } });
export const orders = featureView({ name: 'orders', entities: [driver, customer], source: from('orders'), schema: { fare: float64 } });
export const asked = requestSource({ name: 'asked', schema: { wanted: int64, event_timestamp: unixTimestamp } });

const stored = { entities: [driver], writeToOnlineStore: true, mode: 'row' } as const;
const shown = (value: number | string | null) => (value === null ? '-' : typeof value === 'number' ? value.toFixed(1) : value);
const product = (value: number | null, factor: number) => (value === null ? null : value * factor);

export const twoSources = onDemandFeatureView({
  ...stored,
  name: 'two_sources',
  sources: { rides, ratings },
  schema: { score: float64 },
  transform: ({ rides, ratings }) => ({ score: rides.fare === null ? null : rides.fare * 1000 + (ratings.stars ?? -1) }),
});
export const threeSources = onDemandFeatureView({
  ...stored,
  name: 'three_sources',
  sources: { rides, ratings, homes },
  schema: { text: string, known: int64 },
  transform: ({ rides, ratings, homes }) => {
    const row = [rides.fare, ratings.stars, homes.label];
    return { text: row.map(shown).join(' '), known: row.filter((value) => value !== null).length };
  },
});
export const atAnInstant = onDemandFeatureView({
  ...stored,
  name: 'at_an_instant',
  sources: { rides, ratings, asked },
  schema: { hour: float64 },
  transform: ({ asked }) => ({ hour: (Number(asked.event_timestamp) - Date.UTC(2026, 0)) / 3_600_000 }),
});
export const oneSource = onDemandFeatureView({
  ...stored,
  name: 'one_source',
  sources: { rides, asked },
  schema: { double: float64 },
  transform: ({ rides }) => ({ double: product(rides.fare, 2) }),
});
export const moreKeys = onDemandFeatureView({
  ...stored,
  name: 'more_keys',
  sources: { orders, homes },
  schema: { last: string },
  transform: ({ orders, homes }) => ({ last: shown(orders.fare) + ' ' + homes.label }),
});
export const oneName = onDemandFeatureView({
  ...stored,
  name: 'one_name',
  sources: { rides, orders },
  schema: { both: float64 },
  transform: ({ rides, orders }) => ({ both: rides.fare === null ? null : rides.fare * 1000 + (orders.fare ?? -1) }),
});
`;

const TWIN_YAML = `project: joined
registry: data/registry.db
provider: local
offline_store:
  type: file
online_store:
  type: sqlite
  path: data/online_store.db
entity_key_serialization_version: 3
`;

interface Stored {
  /** `driver feature` → value as text. */
  readonly values: ReadonlyMap<string, string>;
  /** Distinct times. Units: seconds. */
  readonly times: readonly { readonly event: number; readonly created: number | null }[];
}

/** What is in the table of a view, but for the join keys, which Feast keeps among the features as well. */
function storedOf(repo: string, view: View): Stored {
  const database = new DatabaseSync(join(repo, 'data/online_store.db'), { readOnly: true });
  try {
    const rows = database
      .prepare(
        `SELECT entity_key AS key, feature_name AS feature, value, event_ts AS event, created_ts AS created
         FROM joined_${view} WHERE feature_name <> 'driver_id'`,
      )
      .all() as {
      key: Uint8Array;
      feature: string;
      value: Uint8Array;
      event: number;
      created: number | null;
    }[];
    const values = rows.map(({ key, feature, value }): [string, string] => {
      const driver = decodeEntityKey(key).values[0]?.value as number;
      return [`${driver} ${feature}`, comparableValue(value)];
    });
    const times = new Map(rows.map(({ event, created }) => [`${event} ${created}`, { event, created }]));
    return { values: new Map(values), times: [...times.values()] };
  } finally {
    database.close();
  }
}

let root: string;
let feast: string;
let began: number;

beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'salver-joined-'));
  feast = join(root, 'feast');
  began = Math.floor(Date.now() / 1000);
  await runPython(feastVenv(), [pythonScript('make_joined_repo.py'), feast]);
});
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** What the command printed, by the name of the repo. */
const outputs = new Map<string, string>();

async function materialized(repo: string, env: Readonly<Record<string, string>>): Promise<void> {
  const views = VIEWS.flatMap((view) => ['-v', view]);
  const { code, output } = await salver(['-c', repo, 'materialize', ...RANGE, ...views], { env });
  expect(output).toContain('two_sources');
  expect({ code, output }).toMatchObject({ code: 0 });
  outputs.set(basename(repo), output);
}

/** The same files and definitions, with nothing stored. */
function copyOf(name: string): string {
  const repo = join(root, name);
  cpSync(feast, repo, { recursive: true });
  const database = new DatabaseSync(join(repo, 'data/online_store.db'));
  for (const view of VIEWS) database.exec(`DELETE FROM joined_${view}`);
  database.close();
  return repo;
}

async function twinOf(name: string): Promise<string> {
  const repo = join(root, name);
  cpSync(join(feast, 'data'), join(repo, 'data'), { recursive: true });
  for (const file of ['registry.db', 'online_store.db']) rmSync(join(repo, 'data', file));
  writeFileSync(join(repo, 'feature_store.yaml'), TWIN_YAML);
  writeFileSync(join(repo, 'features.ts'), TWINS);
  const { code, output } = await salver(['-c', repo, 'apply', '--yes']);
  expect({ code, output }).toMatchObject({ code: 0 });
  return repo;
}

/**
 * What Salver stores and Feast does not, or otherwise: where a source knows the entity, but nothing that counts at its
 * instant, Feast loses the row; where a source has more keys than the view, Feast knows nothing of it at other instants.
 */
const BETTER: Partial<Record<View, Readonly<Record<string, string>>>> = {
  three_sources: { '9 text': '2:"- - "', '9 known': '4:1' },
  more_keys: { '6 last': '2:"21.0 Bern"' },
};

describe.each([
  [
    'Python',
    async () => {
      const repo = copyOf('python');
      await materialized(repo, { SALVER_PYTHON_INTERPRETER: feastVenv().python });
      return repo;
    },
  ],
  [
    'TypeScript',
    async () => {
      const repo = await twinOf('typescript');
      await materialized(repo, {});
      return repo;
    },
  ],
] as const)('stored views of several sources, in %s', (_language, make) => {
  let repo: string;
  beforeAll(async () => {
    repo = await make();
  });

  it.each(VIEWS)('are what Feast makes of them: %s', (view) => {
    const theirs = storedOf(feast, view);
    const ours = storedOf(repo, view);
    expect(theirs.values.size).toBeGreaterThan(3);
    expect(Object.fromEntries(ours.values)).toEqual({
      ...Object.fromEntries(theirs.values),
      ...BETTER[view],
    });
    const now = Date.now() / 1000;
    for (const { times } of [theirs, ours]) {
      expect(times).toHaveLength(1);
      expect(times[0]!.created).toBe(times[0]!.event);
      expect(times[0]!.event).toBeGreaterThanOrEqual(began);
      expect(times[0]!.event).toBeLessThanOrEqual(now);
    }
  });
});

it('what Python prints is logged with the job, and told at the command line', async () => {
  const repo = copyOf('printing');
  const env = { SALVER_PYTHON_INTERPRETER: feastVenv().python };
  const server = new SalverProcess(['-c', repo, 'serve', '--port', '0', '--no-access-log'], { env });
  try {
    const body = { start_ts: RANGE[0], end_ts: RANGE[1], feature_views: ['two_sources'] };
    const reply = await fetch(`${await server.printed(/"url":"([^"]+)"/, 90_000)}/materialize`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    expect(reply.status).toBe(200);
    const [line] = server.output.split('\n').filter((text) => text.includes('python: computing 9 rows'));
    expect(JSON.parse(line ?? '{}')).toMatchObject({ job: reply.headers.get('x-materialization-job-id') });
  } finally {
    server.kill('SIGTERM');
    await server.ended;
  }
  expect(outputs.get('python')).toContain('python: computing 9 rows');
});

it('views of Python are refused where no Python runs, and nothing is stored of them', async () => {
  const repo = copyOf('no-python');
  const { code, output } = await salver(['-c', repo, 'materialize', ...RANGE, '-v', 'two_sources']);
  expect(code).toBe(1);
  expect(output).toContain('python.interpreter in salver.yaml');
  expect(storedOf(repo, 'two_sources').values.size).toBe(0);
});
