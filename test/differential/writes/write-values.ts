import type { SeededRandom } from '../../support/random.ts';
import { oddValue } from '../entity-values.ts';
import { type JsonTree, leaf, list, members, textLeaf } from '../json-tree.ts';

const WHOLE = ['0', '1', '-1', '7', '255', '2147483647', '-2147483648'];
const LONG = [
  ...WHOLE,
  '9007199254740993',
  '-9007199254740993',
  '9223372036854775807',
  '-9223372036854775808',
];
const REAL = [
  '0.0',
  '0.1',
  '-1.5',
  '2.5',
  '1e22',
  '1e-7',
  '3.4028235e38',
  '5e-324',
  '-0.0',
  '1.7976931348623157e308',
];
const TEXTS = [
  '',
  'a',
  'Ünïcödé ✓',
  '😀',
  'quote " and \\',
  ' blank ',
  '1',
  '1.5',
  'true',
  'line\nbreak',
  '{"a": 1}',
];
const UUIDS = ['123e4567-e89b-12d3-a456-426614174000', '123E4567-E89B-12D3-A456-426614174000', 'no uuid'];
const DECIMALS = ['1.10', '-99999999999999999999.5', '0', '1e3', 'no number'];
const SECONDS = ['0', '1', '-1', '1767225600', '253402300799'];
const DOCUMENTS = ['{"a": [1, 2.50, null]}', '"text"', '[]', 'null', '{"ü":"ß"}', '{bad', ''];

const GOOD: Readonly<Record<string, (random: SeededRandom) => JsonTree>> = {
  Int32: (random) => leaf(random.pick(WHOLE)),
  Int64: (random) => leaf(random.pick(LONG)),
  Float32: (random) => leaf(random.pick(REAL)),
  Float64: (random) => leaf(random.pick(REAL)),
  String: (random) => textLeaf(random.pick(TEXTS)),
  Bool: (random) => leaf(random.pick(['true', 'false'])),
  UnixTimestamp: (random) => leaf(random.pick(SECONDS)),
  Uuid: (random) => textLeaf(random.pick(UUIDS)),
  TimeUuid: (random) => textLeaf(random.pick(UUIDS)),
  Decimal: (random) => textLeaf(random.pick(DECIMALS)),
  Json: (random) => textLeaf(random.pick(DOCUMENTS)),
  Map: (random) => document(random, 2),
};

const TYPES = [
  ...Object.keys(GOOD),
  'Array(Int64)',
  'Array(Float64)',
  'Array(String)',
  'Array(Bool)',
  'Array(Array(Int64))',
  'Array(Map)',
  'Struct',
];

/** One value of a type, of which values can be written. */
export function goodValue(random: SeededRandom, type: string): JsonTree {
  const inner = /^(?:Array|Set)\((.*)\)$/s.exec(type)?.[1];
  if (inner !== undefined) {
    return list(Array.from({ length: random.integer(0, 3) }, () => goodValue(random, inner)));
  }
  if (type.startsWith('Struct')) return document(random, 1);
  return GOOD[type]?.(random) ?? leaf('null');
}

function document(random: SeededRandom, depth: number): JsonTree {
  const names = random.some(['a', 'b', 'name', 'age', 'ü']);
  return members(names.map((name) => [name, member(random, depth)]));
}

function member(random: SeededRandom, depth: number): JsonTree {
  const draw = random.next();
  if (draw < 0.1) return leaf('null');
  if (draw < 0.2 && depth > 0) return document(random, depth - 1);
  if (draw < 0.3) return list([goodValue(random, 'Int64'), goodValue(random, 'Int64')]);
  return goodValue(random, random.pick(['Int64', 'Float64', 'String', 'Bool']));
}

/** The column of a feature, of good values, some of which may be null. */
export function featureColumn(random: SeededRandom, type: string, rows: number): JsonTree[] {
  const nulls = random.chance(0.3) ? 0.4 : 0;
  return Array.from({ length: rows }, () => (random.chance(nulls) ? leaf('null') : goodValue(random, type)));
}

/** A column of good values of any type, and perhaps one value that can be anything. */
export function oddColumn(random: SeededRandom, rows: number): JsonTree[] {
  const column = featureColumn(random, random.pick(TYPES), rows);
  if (rows > 0 && random.chance(0.4)) column[random.integer(0, rows - 1)] = oddValue(random);
  return column;
}
