import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { decodeEntityKey } from '../../src/common/codec/entity-key.codec.ts';
import { decodeValue } from '../../src/common/codec/value.codec.ts';
import { type Ended, salver } from './salver-process.ts';
import { CHECKOUT } from './servers.ts';

/** What Feast has stored, and the files that it was computed from: see `make_joined_repo.py`. */
export const JOINED_FIXTURE = join(CHECKOUT, 'test/fixtures/materialization/joined');
export const JOINED_RANGE = ['2026-01-01T00:00:00', '2026-01-02T12:00:00'] as const;
export const JOINED_VIEWS = [
  'two_sources',
  'three_sources',
  'at_an_instant',
  'one_source',
  'more_keys',
  'one_name',
] as const;

/**
 * What Salver stores and Feast does not, or otherwise: where a source knows the entity, but nothing that counts at its
 * instant, Feast loses the row; where a source has more keys than the view, Feast knows nothing of it at other instants.
 */
export const BETTER: Readonly<Record<string, StoredValues>> = {
  three_sources: { '9 text': '- - ', '9 known': 1 },
  more_keys: { '6 last': '21.0 Bern' },
};

/** `keys feature` → value. */
export type StoredValues = Readonly<Record<string, string | number | null>>;

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

/** A repo in TypeScript beside files that Feast has computed from. */
export class JoinedRepo {
  readonly path: string;

  /** `data`: the folder with the files. */
  constructor(data = join(JOINED_FIXTURE, 'data'), path = mkdtempSync(join(tmpdir(), 'salver-joined-'))) {
    this.path = path;
    for (const name of ['rides', 'ratings', 'homes', 'orders']) {
      this.file(join('data', `${name}.parquet`), join(data, `${name}.parquet`));
    }
    this.write('feature_store.yaml', TWIN_YAML);
    this.write('features.ts', TWINS);
  }

  write(name: string, text: string): void {
    writeFileSync(join(this.path, name), text);
  }

  run(...words: readonly string[]): Promise<Ended> {
    return salver(['-c', this.path, ...words], { cwd: this.path });
  }

  /** Errors: Error with what was printed. */
  async apply(): Promise<void> {
    const { code, output } = await this.run('apply', '--yes');
    if (code !== 0) throw new Error(output);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  private file(name: string, from: string): void {
    mkdirSync(dirname(join(this.path, name)), { recursive: true });
    cpSync(from, join(this.path, name));
  }
}

export interface StoredView {
  readonly values: StoredValues;
  /** Distinct times. Units: seconds. */
  readonly times: readonly { readonly event: number; readonly created: number | null }[];
}

interface StoredCell {
  readonly key: Uint8Array;
  readonly feature: string;
  readonly value: Uint8Array;
  readonly event: number;
  readonly created: number | null;
}

/** What is in the table of a view, but for the join keys, which Feast keeps among the features as well. */
export function storedView(repo: string, view: string): StoredView {
  const database = new DatabaseSync(join(repo, 'data/online_store.db'), { readOnly: true });
  try {
    const cells = database
      .prepare(
        `SELECT entity_key AS key, feature_name AS feature, value, event_ts AS event, created_ts AS created
         FROM joined_${view} WHERE feature_name <> 'driver_id'`,
      )
      .all() as unknown as readonly StoredCell[];
    const values = cells.map(({ key, feature, value }) => {
      const keys = decodeEntityKey(key).values.map((value) => value?.value as string | number);
      return [
        `${keys.join(',')} ${feature}`,
        (decodeValue(value)?.value ?? null) as StoredValues[string],
      ] as const;
    });
    const times = new Map(cells.map(({ event, created }) => [`${event} ${created}`, { event, created }]));
    return { values: Object.fromEntries(values), times: [...times.values()] };
  } finally {
    database.close();
  }
}
