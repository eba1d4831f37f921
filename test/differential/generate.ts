import { createHash } from 'node:crypto';

import { SeededRandom } from '../support/random.ts';
import { entityColumns } from './entity-columns.ts';
import { selection } from './feature-selection.ts';
import { type JsonTree, leaf, list, members, textLeaf } from './json-tree.ts';
import type { RepoShape } from './repo-shape.ts';
import { type Damage, JSON_TYPE, READ_PATH, type RequestDraft } from './request-draft.ts';
import { shuffled } from './shuffled.ts';

const ODD_FLAGS = [
  '"true"',
  '"True"',
  '"TRUE"',
  '"t"',
  '"yes"',
  '"on"',
  '"1"',
  '"y"',
  '"Y"',
  '"false"',
  '"off"',
  '"no"',
  '"0"',
  '0',
  '1',
  '2',
  '-0',
  '0.0',
  '1.0',
  '1e0',
  '0.5',
  '""',
  '" true"',
  '"maybe"',
  'null',
  '[]',
  '{}',
  '[true]',
  'NaN',
  '1e400',
  '"ＴＲＵＥ"',
];
const OTHER_TYPES = [
  'application/json; charset=utf-8',
  'APPLICATION/JSON',
  'application/vnd.salver+json',
  'text/plain',
  'application/x-www-form-urlencoded',
  'application/octet-stream',
  'nonsense',
];
const INSERTED = [
  ',',
  '}',
  ']',
  '{',
  '[',
  '"',
  ':',
  'NaN',
  '//',
  '\u0000',
  '\n',
  '\u00a0',
  '\ufeff',
  "'",
  '\\',
  'e',
  '-',
  '0',
  '.',
  '+1',
  'null',
  '\ud83d\ude00',
  '\u0001',
  'Infinity',
  '\\u12',
  '\\x41',
  'true',
];
const WHOLE_BODIES = ['null', '[]', '5', '"text"', 'true', '{}', '[{}]', '', ' ', 'NaN'];

/** The request of a number: the same for the same seed and repo, whatever was made before it. */
export function generatedRequest(seed: string, index: number, shape: RepoShape): RequestDraft {
  const digest = createHash('sha256').update(`${seed} ${index}`).digest();
  const random = new SeededRandom(digest.readUInt32LE());
  if (random.chance(0.006)) return plain(leaf(random.pick(WHOLE_BODIES)));
  const chosen = selection(random, shape);
  const said: (readonly [string, JsonTree])[] = [...chosen.members];
  const full = fullNames(random, chosen.collides);
  if (full !== undefined) said.push(['full_feature_names', full]);
  if (!random.chance(0.01)) said.push(['entities', entityColumns(random, shape, chosen.views)]);
  if (random.chance(0.06)) said.push(['include_feature_view_version_metadata', flag(random)]);
  if (random.chance(0.04)) said.push(unknownMember(random));
  if (random.chance(0.03)) said.push(repeated(random, said));
  const ordered = random.chance(0.4) ? shuffled(random, said) : said;
  return {
    path: READ_PATH,
    body: members(ordered),
    contentType: contentType(random),
    gap: random.chance(0.3) ? ' ' : '',
    damage: random.chance(0.025) ? damage(random) : undefined,
  };
}

function plain(body: JsonTree): RequestDraft {
  return { path: READ_PATH, body, contentType: JSON_TYPE, gap: '', damage: undefined };
}

function fullNames(random: SeededRandom, collides: boolean): JsonTree | undefined {
  if (random.chance(0.06)) return flag(random);
  if (collides && random.chance(0.9)) return leaf('true');
  const draw = random.next();
  if (draw < 0.55) return undefined;
  return leaf(draw < 0.85 ? 'true' : 'false');
}

function flag(random: SeededRandom): JsonTree {
  return leaf(random.chance(0.4) ? random.pick(['true', 'false']) : random.pick(ODD_FLAGS));
}

function unknownMember(random: SeededRandom): [string, JsonTree] {
  const name = random.pick(['project', 'entity_rows', '__proto__', 'constructor', '', 'ключ', 'Features']);
  return [name, random.pick([leaf('1'), textLeaf('x'), list([]), members([['a', leaf('null')]])])];
}

/** A member once more, with its own value or another's: the last one counts. */
function repeated(random: SeededRandom, said: readonly (readonly [string, JsonTree])[]): [string, JsonTree] {
  if (said.length === 0) return ['features', list([])];
  return [random.pick(said)[0], random.pick(said)[1]];
}

function contentType(random: SeededRandom): string | null {
  if (random.chance(0.95)) return JSON_TYPE;
  return random.chance(0.15) ? null : random.pick(OTHER_TYPES);
}

function damage(random: SeededRandom): Damage {
  return {
    at: random.chance(0.3) ? random.pick([0, 1]) : random.next(),
    removed: random.chance(0.2) ? 1_000_000 : random.integer(0, 2),
    inserted: random.chance(0.6) ? random.pick(INSERTED) : '',
  };
}
