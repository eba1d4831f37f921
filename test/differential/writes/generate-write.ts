import { createHash } from 'node:crypto';

import { SeededRandom } from '../../support/random.ts';
import { oddValue } from '../entity-values.ts';
import { type JsonTree, leaf, list, members, textLeaf } from '../json-tree.ts';
import { JSON_TYPE, type RequestDraft } from '../request-draft.ts';
import { shuffled } from '../shuffled.ts';
import type { WriteColumn, WriteTarget } from './write-target.ts';
import { timeColumn } from './write-times.ts';
import { featureColumn, oddColumn } from './write-values.ts';

const MOST_ROWS = 4;
/** Of frames with one column that is not of its type. */
const ODD = 0.35;
/** Types of keys that cannot be written over HTTP, or whose keys cannot be told apart. */
const KEYS: Readonly<Record<string, (row: number, random: SeededRandom) => JsonTree>> = {
  Int32: (row, random) => leaf(String(random.integer(0, 1000) * 10 + row)),
  Int64: (row, random) => leaf(String(random.integer(0, 1_000_000) * 10 + row)),
  String: (row, random) => textLeaf(`${random.pick(['C', '', 'ü', ' ', '1'])}${row}`),
  UnixTimestamp: (row) => leaf(String(1_767_225_600 + row)),
};

/** The write of a number: the same for the same seed and repo, whatever was made before it. */
export function generatedWrite(seed: string, index: number, targets: readonly WriteTarget[]): RequestDraft {
  const digest = createHash('sha256').update(`${seed} write ${index}`).digest();
  const random = new SeededRandom(digest.readUInt32LE());
  const target = random.pick(targets);
  const said: (readonly [string, JsonTree])[] = [
    [target.member, textLeaf(target.name)],
    ['df', frame(random, target)],
  ];
  if (target.path === '/push' && random.chance(0.5)) said.push(['to', destination(random)]);
  if (random.chance(0.1)) said.push(['allow_registry_cache', leaf('true')]);
  if (random.chance(0.1)) said.push(['transform_on_write', leaf(random.pick(['true', 'false']))]);
  if (random.chance(0.02)) said.push(['more', leaf('1')]);
  const body = members(random.chance(0.3) ? shuffled(random, said) : said);
  return {
    path: target.path,
    body,
    contentType: JSON_TYPE,
    gap: random.chance(0.3) ? ' ' : '',
    damage: undefined,
  };
}

function destination(random: SeededRandom): JsonTree {
  return random.chance(0.96)
    ? textLeaf('online')
    : leaf(random.pick(['"ONLINE"', '""', '"both"', 'null', '1']));
}

/** One column of features holds other values. */
function makeOdd(
  random: SeededRandom,
  columns: readonly WriteColumn[],
  named: (readonly [string, readonly JsonTree[]])[],
  rows: number,
): void {
  const at = random.pick(columns.flatMap(({ role }, index) => (role === 'feature' ? [index] : [])));
  named[at] = [columns[at]!.name, oddColumn(random, rows)];
}

function frame(random: SeededRandom, { columns }: WriteTarget): JsonTree {
  const rows = random.chance(0.03) ? 0 : random.integer(1, MOST_ROWS);
  const named = columns.map((column): readonly [string, readonly JsonTree[]] => [
    column.name,
    valuesOf(random, column, rows),
  ]);
  if (random.chance(ODD)) makeOdd(random, columns, named, rows);
  if (random.chance(0.04)) named.splice(random.integer(0, named.length - 1), 1);
  if (random.chance(0.1)) named.push(['more', featureColumn(random, 'String', rows)]);
  if (rows > 0 && random.chance(0.03)) {
    const at = random.integer(0, named.length - 1);
    named[at] = [named[at]![0], named[at]![1].slice(1)];
  }
  const isIndexed = random.chance(0.08);
  const ordered = random.chance(0.3) ? shuffled(random, named) : named;
  return members(ordered.map(([name, values]) => [name, isIndexed ? indexed(random, values) : list(values)]));
}

/** Column → {index: value}. */
function indexed(random: SeededRandom, values: readonly JsonTree[]): JsonTree {
  const base = random.chance(0.8) ? 0 : 5;
  return members(values.map((value, row) => [String(base + row), value]));
}

function valuesOf(random: SeededRandom, { role, type }: WriteColumn, rows: number): readonly JsonTree[] {
  if (role === 'time' || role === 'created') return timeColumn(random, rows);
  if (role === 'feature') return featureColumn(random, type, rows);
  const keys = Array.from({ length: rows }, (_, row) => KEYS[type]?.(row, random) ?? leaf('"1"'));
  if (rows > 0 && random.chance(0.06)) keys[random.integer(0, rows - 1)] = oddValue(random);
  return keys;
}
