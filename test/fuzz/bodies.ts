import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

import type { SeededRandom } from '../support/random.ts';

/** What one request of the campaign sends. */
export interface FuzzRequest {
  readonly kind: string;
  readonly path: string;
  readonly body: Buffer;
  readonly headers: Readonly<Record<string, string>>;
}

const READ = '/get-online-features';

interface RecordedExchange {
  readonly request?: { readonly path: string; readonly body_text: string | null };
}

interface Recording {
  readonly cases?: readonly RecordedExchange[];
  readonly scenarios?: readonly { readonly steps: readonly RecordedExchange[] }[];
}

/** Bodies that a real Feast was sent, good and bad. */
export function recordedBodies(fixtures: string, path: string = READ): readonly Buffer[] {
  const bodies = new Set<string>();
  for (const folder of ['cases', 'scenarios']) {
    for (const name of readdirSync(join(fixtures, folder))) {
      const recording = JSON.parse(readFileSync(join(fixtures, folder, name), 'utf8')) as Recording;
      const steps = (recording.scenarios ?? []).flatMap((scenario) => scenario.steps);
      for (const { request } of [...(recording.cases ?? []), ...steps]) {
        if (request?.path === path && request.body_text) bodies.add(request.body_text);
      }
    }
  }
  return [...bodies].map((text) => Buffer.from(text));
}

const TOKENS = [
  '{',
  '}',
  '[',
  ']',
  ',',
  ':',
  '"',
  '\\',
  '\\u0000',
  '\\ud800',
  '\\udc00\\ud800',
  '/*',
  '//',
  '\ufeff',
  '\u2028',

  'null',
  'true',
  'false',
  'NaN',
  'Infinity',
  '-Infinity',
  '-',
  '-0',
  '0',
  '1e400',
  '-1e-400',
  '1E+2',
  '00',
  '.5',

  '9223372036854775807',
  '9223372036854775808',
  '-9223372036854775809',
  '9007199254740993',
  '1.0',
  '1_000',
  '"driver_id"',
  '"entities"',
  '"features"',
  '"feature_service"',
  '"full_feature_names"',
  '"__proto__"',

  '"constructor"',
  '"toString"',
  '""',
  '"driver_hourly_stats:rating"',
  '"driver_activity_v1"',
  '"__dummy_id"',
  '"@v0:"',
  '"driver_hourly_stats@v9:rating"',
  '"a:b:c"',
  '":"',
  '"\u0000"',
  '"李雷 😀"',
];

const HEADERS: readonly Readonly<Record<string, string>>[] = [
  {},
  {},
  {},
  { 'content-type': 'application/json' },
  { 'content-type': 'text/plain; charset=utf-16' },
  { 'content-type': 'multipart/form-data; boundary=x' },
  { 'content-type': ';;;' },
  { 'content-encoding': 'gzip' },
  { 'x-request-timeout-ms': '1' },
  { 'x-request-timeout-ms': '-5' },
  { 'x-request-timeout-ms': 'NaN' },
  { 'x-request-id': 'x'.repeat(500) },
  { traceparent: '00-zz-zz-00' },
  { authorization: 'Bearer \u00ff' },
  { expect: '100-continue' },
];

export type Maker = (random: SeededRandom, recorded: readonly Buffer[]) => Buffer;
export type WeightedMaker = readonly [kind: string, weight: number, make: Maker];

/** Of any route: they know recorded bodies alone. */
export const MUTATIONS: readonly WeightedMaker[] = [
  ['recorded', 10, (random, recorded) => random.pick(recorded)],
  ['bytes changed', 30, changedBytes],
  ['cut short', 8, cutShort],
  ['spliced', 10, spliced],
  ['tokens', 20, tokens],
  ['noise', 3, (random) => Buffer.from(Array.from({ length: below(random, 200) }, () => below(random, 256)))],
];

const READS: readonly WeightedMaker[] = [
  ...MUTATIONS,
  ['generated', 18, (random) => Buffer.from(JSON.stringify(generated(random)))],
  ['deep', 0.5, deep],
  ['long', 0.5, long],
];

/** A read. */
export function fuzzRequest(random: SeededRandom, recorded: readonly Buffer[]): FuzzRequest {
  const [kind, , make] = pickMaker(random, READS);
  return { kind, path: READ, body: make(random, recorded), headers: random.pick(HEADERS) };
}

export function pickMaker(random: SeededRandom, makers: readonly WeightedMaker[]): WeightedMaker {
  let at = random.next() * makers.reduce((sum, [, weight]) => sum + weight, 0);
  return makers.find(([, weight]) => (at -= weight) < 0) ?? makers[0]!;
}

/** A whole number from 0, less than `limit`. */
export function below(random: SeededRandom, limit: number): number {
  return random.integer(0, limit - 1);
}

function changedBytes(random: SeededRandom, recorded: readonly Buffer[]): Buffer {
  const body = Buffer.from(random.pick(recorded));
  for (let n = 1 + below(random, 4); n > 0; n--) {
    if (body.length > 0)
      body[below(random, body.length)] =
        below(random, 3) === 0 ? below(random, 256) : 0x20 + below(random, 95);
  }
  return body;
}

function cutShort(random: SeededRandom, recorded: readonly Buffer[]): Buffer {
  const body = random.pick(recorded);
  return body.subarray(0, below(random, body.length + 1));
}

function spliced(random: SeededRandom, recorded: readonly Buffer[]): Buffer {
  const [a, b] = [random.pick(recorded), random.pick(recorded)];
  const token = Buffer.from(random.pick(TOKENS));
  return Buffer.concat([
    a.subarray(0, below(random, a.length + 1)),
    token,
    b.subarray(below(random, b.length + 1)),
  ]);
}

function tokens(random: SeededRandom): Buffer {
  return Buffer.from(
    Array.from({ length: 1 + below(random, 25) }, () => random.pick(TOKENS)).join(random.pick(['', ' '])),
  );
}

function generated(random: SeededRandom): unknown {
  const scalar = (): unknown =>
    random.pick([
      null,
      true,
      false,
      0,
      -1,
      1001,
      1002,
      1.5,
      1e300,
      '',
      'C1',
      '1001',
      'abc',
      2 ** 53,
      [],
      {},
      [1],
      { a: 1 },
    ]);
  const name = (): string =>
    random.pick(['driver_id', 'customer_id', 'driver', 'zone_id', 'location_id', 'junk', '', '__proto__']);
  const feature = (): unknown =>
    random.pick<unknown>([
      'driver_hourly_stats:rating',
      'customer_profile:name',
      'global_stats:surge',
      'nope:x',
      'x',
      5,
      null,
    ]);
  const rows = below(random, 4);
  return {
    entities: Object.fromEntries(
      Array.from({ length: below(random, 4) }, () => [
        name(),
        Array.from({ length: rows + (below(random, 9) === 0 ? 1 : 0) }, scalar),
      ]),
    ),
    features: Array.from({ length: below(random, 4) }, feature),
    ...(below(random, 3) === 0
      ? { feature_service: random.pick<unknown>(['driver_activity_v1', 'trip_service', '', null, 5]) }
      : {}),
    ...(below(random, 3) === 0
      ? { full_feature_names: random.pick<unknown>([true, 'yes', 'maybe', 1, 2, null]) }
      : {}),
  };
}

function deep(random: SeededRandom): Buffer {
  const depth = random.pick([400, 600, 100_000]);
  const open = random.pick(['[', '{"a":', '[[{"a":']);
  return Buffer.from(
    `{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":${open.repeat(depth)}`,
  );
}

function long(random: SeededRandom): Buffer {
  const many = random.pick([
    `[${Array.from({ length: 100_001 }, (_, n) => n).join(',')}]`,
    `["${'x'.repeat(1_000_000)}"]`,
    `[${'9'.repeat(5000)}]`,
    `[${Array.from({ length: 50_000 }, () => '1001').join(',')}]`,
  ]);
  return Buffer.from(`{"features":["driver_hourly_stats:rating"],"entities":{"driver_id":${many}}}`);
}
