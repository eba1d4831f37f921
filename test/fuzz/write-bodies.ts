import type { SeededRandom } from '../support/random.ts';
import {
  below,
  type FuzzRequest,
  MUTATIONS,
  pickMaker,
  recordedBodies,
  type WeightedMaker,
} from './bodies.ts';

const PUSH = '/push';
const WRITE = '/write-to-online-store';

/** Bodies by the route that they were recorded for. */
export type RecordedWrites = Readonly<Record<typeof PUSH | typeof WRITE, readonly Buffer[]>>;

export function recordedWrites(fixtures: string): RecordedWrites {
  return { [PUSH]: recordedBodies(fixtures, PUSH), [WRITE]: recordedBodies(fixtures, WRITE) };
}

/** Stands for JSON that `JSON.stringify` does not print. */
const RAW = /"raw:([^"]*)"/g;

const PUSH_SOURCES = [
  'driver_stats_push_source',
  'stream_push_source',
  'naive_push_source',
  'nope',
  '',
  '__proto__',
];
const VIEWS = [
  'driver_hourly_stats',
  'driver_hourly_stats_fresh',
  'driver_customer_stats',
  'global_stats',
  'mapped_stats',
  'customer_profile',
  'zone_stats',
  'driver_activity_v1',
  'nope',
  'constructor',
];

/** Columns of the views of the repo, each with values that fit it. */
const COLUMNS: Readonly<Record<string, readonly unknown[]>> = {
  driver_id: [1001, '1001', 'raw:1001.0', 99_001],
  customer_id: ['C1', '李雷', ''],
  zone_id: [1, 2],
  event_timestamp: ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z', '2030-01-01T00:00:00Z'],
  created: ['2026-02-01T00:00:00Z', '2026-02-02T00:00:00Z'],
  evt: ['2026-02-01'],
  mk: ['2026-02-01'],
  conv_rate: [0.5, 1, null, '0.5'],
  acc_rate: [0.25, null],
  avg_daily_trips: [7, null, 'raw:9007199254740993'],
  rating: [1, -4],
  nickname: ['né', null, '😀'],
  is_active: [true, false],
  payload: [null],
  last_seen: [1_767_225_600],
  stream_rate: [0.5],
  naive_rate: [0.5],
  trips_together: [5],
  affinity: [0.5],
  total_trips: [5],
  surge: [1.5],
  conv: [0.5],
  cnt: [5],
  name: ['a'],
  credit: [1.5],
  vip: [true],
  demand: [1],
};

/** Columns of the histories: one more or less is refused there. */
const HISTORY_COLUMNS: Readonly<Record<string, readonly string[]>> = {
  driver_stats_push_source: [
    'driver_id',
    'event_timestamp',
    'created',
    'conv_rate',
    'acc_rate',
    'avg_daily_trips',
  ],
  stream_push_source: ['driver_id', 'event_timestamp', 'stream_rate'],
  naive_push_source: ['driver_id', 'event_timestamp', 'naive_rate'],
};

/** Values that fit few columns, or none. */
const ODD: readonly unknown[] = [
  null,
  true,
  '',
  'abc',
  'NaN',
  '\u0000',
  '\ud800',
  'x'.repeat(5000),
  2 ** 53,
  -1,
  1769940000,
  1769940000000,
  1.5,
  'raw:1e39',
  'raw:1e400',
  'raw:-1e400',
  'raw:NaN',
  'raw:Infinity',
  'raw:-0.0',
  'raw:9223372036854775807',
  'raw:9223372036854775808',
  'raw:-9223372036854775809',
  `raw:${'9'.repeat(400)}`,
  [],
  [1],
  [[1]],
  [1, 'a'],
  {},
  { a: 1 },
  { a: { b: [1] } },
  '2026-02-30',
  '2026-02-01T25:00:00Z',
  '20260201',
  'now',
  '01/02/2026',
  '9999-12-31',
  '2026-02-01T00:00:00+99:00',
];

const NAMES = ['__proto__', 'constructor', 'toString', '', 'extra', '__dummy_id', '李雷', 'event_timestamp '];
const TO = ['online', 'online', 'offline', 'online_and_offline', 'ONLINE', '', null, 1];
const FLAGS: readonly unknown[] = [true, false, 'true', 'maybe', 2, null];

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  { 'content-type': 'application/json' },
  { 'content-type': 'application/x-www-form-urlencoded' },
  { 'content-type': ';;;' },
];

const MAKERS: Readonly<Record<typeof PUSH | typeof WRITE, readonly WeightedMaker[]>> = {
  [PUSH]: [
    ...MUTATIONS,
    ['generated', 60, (random) => body(random, { push_source_name: random.pick(PUSH_SOURCES) })],
    ['offline', 30, offline],
  ],
  [WRITE]: [
    ...MUTATIONS,
    ['generated', 80, (random) => body(random, { feature_view_name: random.pick(VIEWS) })],
  ],
};

/** A write, to either route. */
export function fuzzWrite(random: SeededRandom, recorded: RecordedWrites): FuzzRequest {
  const path = random.pick([PUSH, WRITE] as const);
  const [kind, , make] = pickMaker(random, MAKERS[path]);
  return { kind, path, body: make(random, recorded[path]), headers: random.pick(HEADERS) };
}

/** Often such that it fits the history. */
function offline(random: SeededRandom): Buffer {
  const name = random.pick(Object.keys(HISTORY_COLUMNS));
  const to = random.pick(['offline', 'online_and_offline']);
  return body(random, { push_source_name: name, to }, HISTORY_COLUMNS[name]);
}

function body(random: SeededRandom, target: object, names?: readonly string[]): Buffer {
  const request = {
    ...(names === undefined && random.chance(0.3) ? { to: random.pick<unknown>(TO) } : {}),
    ...target,
    df: inSomeForm(random, columns(random, names)),
    ...(random.chance(0.1) ? { allow_registry_cache: random.pick(FLAGS) } : {}),
    ...(random.chance(0.1) ? { transform_on_write: random.pick(FLAGS) } : {}),
  };
  return Buffer.from(JSON.stringify(request).replaceAll(RAW, (_, text: string) => text));
}

type Columns = [name: string, values: unknown[]][];

/** `only` these, or all columns that there are: none is too many online. Then a few of them are damaged. */
function columns(random: SeededRandom, only?: readonly string[]): Columns {
  const rows = below(random, 4);
  const all = Object.keys(COLUMNS);
  const names = only ?? (random.chance(0.8) ? all : random.some(all));
  const frame: Columns = names.map((name) => {
    const values = COLUMNS[name] ?? [];
    const same = random.pick(values);
    const isMixed = random.chance(0.2);
    return [name, Array.from({ length: rows }, () => (isMixed ? random.pick(values) : same))];
  });
  // Somebody new, so that nothing newer is stored.
  const [drivers] = frame.filter(([name]) => name === 'driver_id').map(([, values]) => values);
  if (random.chance(0.7)) drivers?.forEach((_, row) => (drivers[row] = below(random, 1_000_000)));
  for (let damages = random.pick([0, 0, 0, 1, 1, 2]); damages > 0; damages--) damage(random, frame);
  return frame;
}

function damage(random: SeededRandom, frame: Columns): void {
  const index = below(random, frame.length);
  const values = frame[index]?.[1] ?? [];
  switch (below(random, 5)) {
    case 0:
      frame.splice(index, 1);
      break;
    case 1:
      values.push(random.pick(ODD));
      break;
    case 2:
      frame.push([random.pick(NAMES), values.map(() => random.pick(ODD))]);
      break;
    default:
      if (values.length > 0) values[below(random, values.length)] = random.pick(ODD);
  }
}

/** As lists mostly; with single values, indexes, rows, or a mixture. */
function inSomeForm(random: SeededRandom, frame: Columns): unknown {
  const list = (values: unknown[]): unknown => values;
  const indexed = (values: unknown[]): unknown => Object.fromEntries(values.entries());
  const single = (values: unknown[]): unknown => values[0];
  const all = (form: (values: unknown[]) => unknown): object =>
    object(frame.map(([name, values]) => [name, form(values)]));
  switch (below(random, 8)) {
    case 0:
      return all(indexed);
    case 1:
      return object(frame.map(([name, values]) => [name, random.pick([list, list, single])(values)]));
    case 2:
      return object(frame.map(([name, values]) => [name, random.pick([list, indexed, single])(values)]));
    case 3:
      return (frame[0]?.[1] ?? []).map((_, row) =>
        object(frame.flatMap(([name, values]) => (row in values ? [[name, values[row]]] : []))),
      );
    case 4:
      return random.chance(0.2) ? random.pick(ODD) : all(list);
    default:
      return all(list);
  }
}

/** `__proto__` is a member like any other. */
function object(entries: (readonly [string, unknown] | unknown[])[]): object {
  return Object.fromEntries(entries as [string, unknown][]);
}
