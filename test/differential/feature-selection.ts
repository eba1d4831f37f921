import type { SeededRandom } from '../support/random.ts';
import { type JsonTree, leaf, list, members, textLeaf } from './json-tree.ts';
import type { RegisteredView, RepoShape, ViewShape } from './repo-shape.ts';

/** What a request asks for. */
export interface Selection {
  /** The members of the body that say it. */
  readonly members: readonly (readonly [string, JsonTree])[];
  /** The views behind it, as far as they exist: they say which entities are needed. */
  readonly views: readonly ViewShape[];
  /** Two columns have one name unless full names are asked for. */
  readonly collides: boolean;
}

const MOST_VIEWS = 4;
const MOST_USUAL_FEATURES = 10;
const KEY_TYPES: ReadonlySet<string> = new Set(['Int32', 'Int64', 'String', 'UnixTimestamp']);
const VERSIONS = [
  '@v0',
  '@V0',
  '@v1',
  '@v2',
  '@v99',
  '@latest',
  '@LATEST',
  '@Latest',
  '@',
  '@v',
  '@vx',
  '@1',
  '@v-1',
  '@v00',
  '@ v0',
  '@v0 ',
  '@v0@v1',
  '@@v0',
  '@v٠',
  '@v1.0',
  '@v99999999999999999999',
  '@version0',
  '@none',
];
const WRONG_REFERENCES = [
  'no_such_view:x',
  'nocolon',
  '',
  ':',
  ':x',
  'x:',
  '::',
  ' : ',
  'ключ:значение',
  '__proto__:toString',
  '😀:😀',
  '@v0:x',
  'driver:driver_id',
  'constructor:name',
  '\ud800:x',
  "o'neil:x",
  'a"b:c',
];

export function selection(random: SeededRandom, shape: RepoShape): Selection {
  const draw = random.next();
  if (draw < 0.01) return { members: [], views: [], collides: false };
  if (draw < 0.27 && shape.services.length > 0) return serviceSelection(random, shape);
  const chosen = featureSelection(random, shape);
  if (random.chance(0.03))
    return {
      ...chosen,
      members: [...chosen.members, ['feature_service', random.pick([textLeaf(''), leaf('null')])]],
    };
  return random.chance(0.015)
    ? { ...chosen, members: [['features', wrongFeatures(random, chosen)]] }
    : chosen;
}

function serviceSelection(random: SeededRandom, shape: RepoShape): Selection {
  const service = random.pick(shape.services);
  const name = random.chance(0.04)
    ? textLeaf(
        random.pick([`${service.name} `, service.name.toUpperCase(), 'nobody', '__proto__', 'sërvice']),
      )
    : textLeaf(service.name);
  const value = random.chance(0.015)
    ? random.pick([leaf('1'), leaf('true'), list([name]), members([])])
    : name;
  const said: [string, JsonTree][] = [['feature_service', value]];
  if (random.chance(0.06))
    said.push(['features', random.pick([list([]), list([textLeaf('x')]), leaf('null')])]);
  const names = service.views.flatMap(({ features }) => features.map((feature) => feature.name));
  return { members: said, views: service.views, collides: hasDuplicate(names) };
}

function featureSelection(random: SeededRandom, shape: RepoShape): Selection {
  const most = random.chance(0.5) ? 1 : MOST_VIEWS;
  const views = random.some(askable(random, shape)).slice(0, random.integer(1, most));
  const versioned = random.chance(views.some(({ versions }) => versions.length > 1) ? 0.6 : 0.12);
  const groups = views.map((view) => viewReferences(random, view, versioned && random.chance(0.7)));
  if (versioned && random.chance(0.15)) groups.push(viewReferences(random, random.pick(views), true));
  const references = random.chance(0.25) ? interleaved(random, groups) : groups.flat();
  if (random.chance(0.03)) references.push(random.pick(references));
  if (random.chance(0.05)) references.push(wrongReference(random, shape, views));
  const names = references.map((reference) => reference.slice(reference.indexOf(':') + 1));
  return {
    members: [['features', list(references.map(textLeaf))]],
    views,
    collides: hasDuplicate(names),
  };
}

function viewReferences(random: SeededRandom, view: RegisteredView, versioned: boolean): string[] {
  const version = versioned && random.chance(0.7) ? random.pick(view.versions) : undefined;
  const suffix = version === undefined ? oddVersion(random, versioned) : `@v${version.number}`;
  const features = version?.features ?? view.features;
  const most = random.chance(0.1) ? features.length : random.integer(1, MOST_USUAL_FEATURES);
  const chosen = random.some(features).slice(0, most);
  return chosen.map(({ name }) => `${view.name}${suffix}:${name}`);
}

function oddVersion(random: SeededRandom, versioned: boolean): string {
  return versioned ? random.pick(VERSIONS) : '';
}

/** Views whose keys no JSON value can be are all mistakes: a few requests for them are enough. */
function askable(random: SeededRandom, { views }: RepoShape): readonly RegisteredView[] {
  if (random.chance(0.05)) return views;
  return views.filter(({ joinKeys }) => joinKeys.every(({ type }) => KEY_TYPES.has(type)));
}

function wrongReference(random: SeededRandom, shape: RepoShape, views: readonly ViewShape[]): string {
  const view = random.pick(views);
  const feature = random.pick(view.features).name;
  return random.pick([
    random.pick(WRONG_REFERENCES),
    `${view.name}:no_such_feature`,
    `${view.name}:${feature} `,
    ` ${view.name}:${feature}`,
    `${view.name}:${feature.toUpperCase()}`,
    `${view.name}:${feature}:extra`,
    `${view.name}:${view.joinKeys[0]?.name ?? '__dummy_id'}`,
    `${random.pick(shape.services)?.name ?? 'service'}:${feature}`,
  ]);
}

function wrongFeatures(random: SeededRandom, { members: said }: Selection): JsonTree {
  const good = said[0]?.[1] ?? list([]);
  return random.pick([
    list([]),
    leaf('null'),
    leaf('1'),
    textLeaf('driver_hourly_stats:conv_rate'),
    members([]),
    list([good]),
    list([leaf('null')]),
    list([leaf('1'), textLeaf('a:b'), leaf('true')]),
    list([members([['a', leaf('1')]])]),
  ]);
}

/** The groups mixed, each in its own order. */
function interleaved(random: SeededRandom, groups: readonly (readonly string[])[]): string[] {
  const left = groups.map((group) => [...group]).filter((group) => group.length > 0);
  const mixed: string[] = [];
  while (left.length > 0) {
    const group = random.pick(left);
    mixed.push(group.shift() as string);
    if (group.length === 0) left.splice(left.indexOf(group), 1);
  }
  return mixed;
}

function hasDuplicate(names: readonly string[]): boolean {
  return new Set(names).size < names.length;
}
