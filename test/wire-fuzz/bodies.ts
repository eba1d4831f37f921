import { join } from 'node:path';

import { loadRecording } from '../conformance/exchange.ts';
import { CHECKOUT } from '../support/servers.ts';
import { SeededRandom } from '../support/random.ts';

const RECORDING = join(CHECKOUT, 'test/fixtures/conformance/cases/drivers-sqlite.json');

/** Bodies that the repo answers with 200. */
export function validBodies(): readonly Buffer[] {
  const { cases = [] } = loadRecording(RECORDING);
  return cases
    .filter(({ request, response }) => request.path === '/get-online-features' && response.status === 200)
    .map(({ request }) => Buffer.from(request.body_text ?? ''));
}

const REFERENCE = '"driver_hourly_stats:rating"';
const TOKENS = [
  '1e999999',
  '-1e999999',
  '1e-999999',
  '9'.repeat(5_000),
  `0.${'3'.repeat(5_000)}`,
  '-0',
  '00',
  '1.',
  '.5',
  'NaN',
  'Infinity',
  '-Infinity',
  'null',
  'true',
  'nul',
  'TRUE',
  '18446744073709551616',
  '1e',
  '+1',
  '0x1',
  '"\\ud800"',
  '"\\udc00\\ud800"',
  '"\\u0000"',
  '"\\u12"',
  '"\\x"',
  '"\\',
  '"',
  '\u0000',
  '"\n"',
  '"\u2028"',
  '{}',
  '[]',
  '[[]]',
  '{"":[]}',
  '[null]',
  '{"a":{"b":{"c":[{}]}}}',
  ',',
  ':',
  '}',
  ']',
  '{',
  '[',
  '//',
  '/**/',
  '"__proto__"',
  '"constructor"',
  '"toString"',
  '"driver_id"',
  '"hasOwnProperty"',
  `"${'y'.repeat(3_000)}"`,
  '"entities"',
  '"features"',
  '"feature_service"',
  REFERENCE,
  '"driver_hourly_stats@v1:rating"',
  '"@:@"',
];
const INVALID_UTF8 = [
  [0xff],
  [0xc0, 0xaf],
  [0xed, 0xa0, 0x80],
  [0xf4, 0x90, 0x80, 0x80],
  [0xe2, 0x82],
  [0x80],
  [0xf0, 0x9f, 0x98],
];

/** A body that may be anything. */
export function fuzzedBody(random: SeededRandom, valid: readonly Buffer[]): Buffer {
  const draw = random.next();
  const base = random.pick(valid);
  if (draw < 0.1) return base;
  if (draw < 0.38) return withMutations(random, base);
  if (draw < 0.46) return base.subarray(0, random.integer(0, base.length));
  if (draw < 0.5) return spliced(random, base, random.pick(valid));
  if (draw < 0.75) return withTokens(random, base);
  if (draw < 0.8) return withRepeatedMembers(random, base);
  if (draw < 0.85) return withInvalidUtf8(random, base);
  if (draw < 0.9) return noJson(random, base);
  if (draw < 0.994) return built(random, random.pick(SMALL));
  return built(random, random.pick(LARGE));
}

function withMutations(random: SeededRandom, base: Buffer): Buffer {
  let bytes = base;
  for (let times = random.integer(1, 8); times > 0; times -= 1) bytes = mutated(random, bytes);
  return bytes;
}

function mutated(random: SeededRandom, bytes: Buffer): Buffer {
  const at = random.integer(0, bytes.length);
  const length = random.integer(1, 6);
  const byte = Buffer.from([random.integer(0, 255)]);
  const slice = bytes.subarray(at, at + length * 4);
  const replacement = random.pick([
    byte,
    Buffer.alloc(0),
    Buffer.concat([slice, slice]),
    Buffer.alloc(length, byte),
  ]);
  return Buffer.concat([
    bytes.subarray(0, at),
    replacement,
    bytes.subarray(at + random.pick([0, 1, length])),
  ]);
}

function spliced(random: SeededRandom, one: Buffer, other: Buffer): Buffer {
  const tail = other.subarray(random.integer(0, other.length));
  return Buffer.concat([one.subarray(0, random.integer(0, one.length)), tail]);
}

/** JSON tokens replaced by other ones. */
function withTokens(random: SeededRandom, base: Buffer): Buffer {
  const tokens = base.toString().match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+|\s+/g) ?? [];
  for (let times = random.integer(1, 4); times > 0 && tokens.length > 0; times -= 1) {
    tokens[random.integer(0, tokens.length - 1)] = random.pick(TOKENS);
  }
  return Buffer.from(tokens.join(''));
}

function withRepeatedMembers(random: SeededRandom, base: Buffer): Buffer {
  const text = base.toString();
  const inner = text.slice(text.indexOf('{') + 1, text.lastIndexOf('}'));
  const times = random.pick([1, 2, 50]);
  const other = random.pick(['"__proto__":{"a":1}', '"entities":{}', '"features":["x"]', '"a":0', inner]);
  return Buffer.from(`{${[inner, ...Array.from({ length: times }, () => other), inner].join(',')}}`);
}

function withInvalidUtf8(random: SeededRandom, base: Buffer): Buffer {
  const quote = base.indexOf('"', random.integer(0, base.length));
  const at = quote < 0 ? base.length : quote + 1;
  return Buffer.concat([base.subarray(0, at), Buffer.from(random.pick(INVALID_UTF8)), base.subarray(at)]);
}

function noJson(random: SeededRandom, base: Buffer): Buffer {
  const noise = Buffer.from(Array.from({ length: random.integer(1, 400) }, () => random.integer(0, 255)));
  return random.pick([
    noise,
    Buffer.alloc(0),
    Buffer.from('\ufeff'),
    Buffer.concat([Buffer.from('\ufeff'), base]),
    Buffer.from(base.toString(), 'utf16le'),
    Buffer.concat([base, noise]),
    Buffer.concat([noise, base]),
    Buffer.from('entities=driver_id&features=x'),
    Buffer.from('<xml/>'),
    Buffer.from([0x1f, 0x8b, 0x08, 0x00, 0x00]),
    Buffer.alloc(random.integer(1, 4_000), random.pick([' ', '[', '"', '\\', '\0', '9'])),
  ]);
}

/** One of each of the largest bodies: what they leave behind is there for good after the first of them. */
export function largeBodies(seed: number): readonly Buffer[] {
  const random = new SeededRandom(seed);
  return LARGE.map((builder) => built(random, builder));
}

type Builder = (random: SeededRandom) => string;

function built(random: SeededRandom, builder: Builder): Buffer {
  return Buffer.from(builder(random));
}

function nested(depth: number, open: string, close: string, core = ''): string {
  return open.repeat(depth) + core + close.repeat(depth);
}

function repeated(count: number, make: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => make(index)).join(',');
}

function body(features: string, entities: string): string {
  return `{"features":[${features}],"entities":${entities}}`;
}

const ONE_DRIVER = '{"driver_id":[1001]}';

/** Shapes that cost little. */
const SMALL: readonly Builder[] = [
  (random) => body(REFERENCE, nested(random.integer(1, 900), '[', ']')),
  (random) => body(REFERENCE, nested(random.integer(1, 900), '{"a":', '}', '1')),
  (random) => body(REFERENCE, `{"driver_id":[${nested(random.integer(1, 900), '[', ']')}]}`),
  (random) =>
    body(REFERENCE, `{"driver_id":[1001],"junk":[${nested(random.integer(1, 300), '{"a":', '}', '1')}]}`),
  (random) => body(nested(random.integer(1, 900), '[', ']'), ONE_DRIVER),
  (random) => nested(random.integer(1, 3_000), '[', ''),
  (random) => body(REFERENCE, `{"driver_id":["${'7'.repeat(random.integer(1, 5_000))}"]}`),
  (random) => body(REFERENCE, `{"customer_id":["${'\\u00e9'.repeat(random.integer(1, 2_000))}"]}`),
  (random) => body(`"driver_hourly_stats:${'z'.repeat(random.integer(1, 9_000))}"`, ONE_DRIVER),
  (random) => body(`"v${random.integer(0, 1e9)}:f${random.integer(0, 1e9)}"`, ONE_DRIVER),
  (random) => body(REFERENCE, `{"driver_id":[1001],"k${random.integer(0, 1e9)}":[1]}`),
  (random) => `{"feature_service":"s${random.integer(0, 1e9)}","entities":${ONE_DRIVER}}`,
  (random) => body(REFERENCE, `{${repeated(random.integer(2, 300), (index) => `"k${index}":[${index}]`)}}`),
  (random) =>
    body(
      repeated(random.integer(2, 200), () => REFERENCE),
      ONE_DRIVER,
    ),
  (random) =>
    body(REFERENCE, `{"driver_id":[${repeated(random.integer(2, 2_000), (index) => String(index))}]}`),
  (random) => body(REFERENCE, `{"driver_id":[1001],"junk":[${random.pick(TOKENS)}]}`),
  (random) => body(REFERENCE, `{"driver_id":[${random.pick(TOKENS)}]}`),
];

/** Shapes at and over the limits. */
const LARGE: readonly Builder[] = [
  () => body(REFERENCE, `{"driver_id":[${repeated(100_000, (index) => String(index))}]}`),
  () => body(REFERENCE, `{"driver_id":[${repeated(100_001, () => '1001')}]}`),
  () => body(REFERENCE, `{"driver_id":[${repeated(100_000, (index) => `"${index}"`)}]}`),
  () =>
    body(
      repeated(10_001, (index) => `"driver_hourly_stats:f${index}"`),
      ONE_DRIVER,
    ),
  () =>
    body(
      repeated(10_000, () => REFERENCE),
      ONE_DRIVER,
    ),
  () => body(REFERENCE, `{${repeated(100_000, (index) => `"k${index}":[${index}]`)}}`),
  () => body(REFERENCE, nested(100_000, '[', ']')),
  () => body(REFERENCE, nested(100_000, '{"a":', '}', '1')),
  () => nested(1_000_000, '[', ''),
  () => body(REFERENCE, `{"driver_id":["${'x'.repeat(1_000_000)}"]}`),
  () => body(REFERENCE, `{"driver_id":[${'8'.repeat(1_000_000)}]}`),
  () => body(REFERENCE, `{"customer_id":["${'x'.repeat(1_000_000)}"]}`),
];
