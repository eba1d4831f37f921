import type { SeededRandom } from '../support/random.ts';
import { coercedValue, oddValue, usualValue } from './entity-values.ts';
import { type JsonTree, leaf, list, members, textLeaf } from './json-tree.ts';
import type { RepoShape, TypedName, ViewShape } from './repo-shape.ts';
import { shuffled } from './shuffled.ts';

const MOST_USUAL_ROWS = 8;
const MANY_ROWS = 60;
const JUNK_NAMES = [
  'shoe_size',
  'DRIVER_ID',
  ' driver_id',
  '',
  '__dummy_id',
  '__proto__',
  'constructor',
  'ключ',
  '😀',
  'a:b',
  'values',
  '0',
  '1001',
  'x'.repeat(200),
];

interface Column {
  readonly name: string;
  readonly value: JsonTree;
}

/** The `entities` of a request for these views: mostly what they need, sometimes more, less or something else. */
export function entityColumns(random: SeededRandom, shape: RepoShape, views: readonly ViewShape[]): JsonTree {
  if (random.chance(0.015)) return wrongEntities(random);
  const rows = rowCount(random);
  const keys = wantedKeys(random, shape, views);
  const columns = keys.map((key) => ({
    name: requestName(random, shape, key),
    value: column(random, shape, key, rows),
  }));
  if (random.chance(0.05)) columns.push(...bothNames(random, shape, keys, rows));
  if (random.chance(0.08) || (columns.length === 0 && random.chance(0.85)))
    columns.push(junkColumn(random, rows));
  const [first] = columns;
  if (first !== undefined && random.chance(0.02)) columns.push({ ...first, value: wrongColumn(random) });
  if (random.chance(0.02)) columns.push(otherLength(random, shape, keys, rows));
  const ordered = random.chance(0.4) ? shuffled(random, columns) : columns;
  return members(ordered.map(({ name, value }) => [name, value]));
}

function rowCount(random: SeededRandom): number {
  const draw = random.next();
  if (draw < 0.025) return 0;
  if (draw < 0.3) return 1;
  return draw < 0.95 ? random.integer(2, MOST_USUAL_ROWS) : random.integer(MOST_USUAL_ROWS, MANY_ROWS);
}

function wantedKeys(random: SeededRandom, shape: RepoShape, views: readonly ViewShape[]): TypedName[] {
  const byName = new Map(views.flatMap(({ joinKeys }) => joinKeys.map((key) => [key.name, key])));
  if (random.chance(0.1)) {
    const others = shape.views.flatMap(({ joinKeys }) => joinKeys);
    const other = random.pick(others);
    byName.set(other.name, byName.get(other.name) ?? other);
  }
  if (byName.size > 0 && random.chance(0.03)) byName.delete(random.pick([...byName.keys()]));
  return [...byName.values()];
}

/** An entity's name stands for its join key, now and then. */
function requestName(random: SeededRandom, shape: RepoShape, key: TypedName): string {
  const entity = shape.entities.find(({ joinKey }) => joinKey === key.name);
  return entity !== undefined && random.chance(0.06) ? entity.name : key.name;
}

function bothNames(
  random: SeededRandom,
  shape: RepoShape,
  keys: readonly TypedName[],
  rows: number,
): Column[] {
  const named = keys.flatMap((key) => {
    const entity = shape.entities.find(({ joinKey }) => joinKey === key.name);
    return entity === undefined ? [] : [{ ...key, entity: entity.name }];
  });
  if (named.length === 0) return [];
  const key = random.pick(named);
  const name = random.pick([key.name, key.entity]);
  return [{ name, value: column(random, shape, key, rows) }];
}

function otherLength(
  random: SeededRandom,
  shape: RepoShape,
  keys: readonly TypedName[],
  rows: number,
): Column {
  const key = random.pick([...keys, { name: 'shoe_size', type: 'Int64' }]);
  return { name: key.name, value: column(random, shape, key, random.pick([0, rows + 1])) };
}

/** A column of one style: clean values, one other JSON type, odd values among clean ones, or anything. */
function column(random: SeededRandom, shape: RepoShape, key: TypedName, rows: number): JsonTree {
  const style = random.next();
  const usual = (): JsonTree => usualValue(random, key, shape);
  const make = (): JsonTree => {
    if (style < 0.74) return usual();
    if (style < 0.84) return coercedValue(random, usual());
    if (style < 0.95) return random.chance(0.25) ? oddValue(random) : usual();
    return oddValue(random);
  };
  return list(Array.from({ length: rows }, make));
}

function junkColumn(random: SeededRandom, rows: number): Column {
  const one = oddValue(random);
  const mixed = random.chance(0.3);
  const value = list(Array.from({ length: rows }, () => (mixed ? oddValue(random) : one)));
  return { name: random.pick(JUNK_NAMES), value };
}

function wrongColumn(random: SeededRandom): JsonTree {
  return random.pick([
    leaf('1001'),
    leaf('null'),
    textLeaf('1001'),
    leaf('true'),
    members([['0', leaf('1')]]),
  ]);
}

function wrongEntities(random: SeededRandom): JsonTree {
  return random.pick([
    members([]),
    leaf('null'),
    list([]),
    list([members([['driver_id', leaf('1001')]])]),
    textLeaf('driver_id'),
    leaf('5'),
    members([['driver_id', leaf('1001')]]),
  ]);
}
