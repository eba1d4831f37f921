import type { SeededRandom } from '../support/random.ts';

/** A view as a request names it: its own name, or its alias inside a service. */
export interface ViewShape {
  readonly name: string;
  /** Empty for a view without entities. */
  readonly joinKeys: readonly string[];
  readonly features: readonly string[];
}

export interface RepoShape {
  readonly views: readonly ViewShape[];
  readonly services: readonly { readonly name: string; readonly views: readonly ViewShape[] }[];
}

export interface GeneratedRequest {
  readonly body: string;
  /** The views that are asked for: a name in the answer belongs to one of them, or is an entity column. */
  readonly views: readonly ViewShape[];
}

const MOST_ROWS = 12;

/** Makes requests that a client might send: views mixed, services, missing and repeated entities, now and then a mistake. */
export function generatedRequest(random: SeededRandom, shape: RepoShape): GeneratedRequest {
  const body: Record<string, unknown> = {};
  const views = random.chance(0.3) ? askService(random, shape, body) : askFeatures(random, shape, body);
  if (body['full_feature_names'] === undefined && random.chance(0.4))
    body['full_feature_names'] = random.chance(0.7);
  body['entities'] = entities(random, shape, views);
  return { body: JSON.stringify(body), views };
}

function askService(
  random: SeededRandom,
  shape: RepoShape,
  body: Record<string, unknown>,
): readonly ViewShape[] {
  const service = random.pick(shape.services);
  body['feature_service'] = random.chance(0.05) ? `${service.name}_of_nobody` : service.name;
  const names = service.views.flatMap(({ features }) => features);
  // Names that collide are a mistake without full names: made now and then only.
  if (new Set(names).size < names.length) body['full_feature_names'] = random.chance(0.9);
  return service.views;
}

function askFeatures(
  random: SeededRandom,
  shape: RepoShape,
  body: Record<string, unknown>,
): readonly ViewShape[] {
  const views = random.some(shape.views).slice(0, 3);
  const all = views.flatMap((view) => random.some(view.features).map((feature) => `${view.name}:${feature}`));
  const refs = random.chance(0.3) ? random.some(all) : all;
  const asked = views.map((view) => ({
    ...view,
    features: view.features.filter((feature) => refs.includes(`${view.name}:${feature}`)),
  }));
  const chosen = asked.filter(({ features }) => features.length > 0);
  if (random.chance(0.04)) refs.push(`${random.pick(views).name}:no_such_feature`);
  if (random.chance(0.04)) refs.push('no_such_view:x');
  body['features'] = refs;
  return chosen;
}

function entities(
  random: SeededRandom,
  shape: RepoShape,
  views: readonly ViewShape[],
): Record<string, readonly unknown[]> {
  const needed = new Set(views.flatMap(({ joinKeys }) => joinKeys));
  if (needed.size === 0 || random.chance(0.1))
    needed.add(random.pick(shape.views.flatMap(({ joinKeys }) => joinKeys)));
  if (random.chance(0.05)) needed.add('shoe_size');
  if (random.chance(0.04)) needed.delete(random.pick([...needed]));
  // No entities at all is a case of its own, which Salver answers with an empty answer.
  if (needed.size === 0) needed.add('shoe_size');
  const rows = random.integer(1, MOST_ROWS);
  const asText = random.chance(0.15);
  const columns = random.some([...needed]);
  const all = [...columns, ...[...needed].filter((key) => !columns.includes(key))];
  return Object.fromEntries(
    all.map((key) => [key, Array.from({ length: rows }, () => entityValue(random, key, asText))]),
  );
}

/** About every tenth value has no row. */
function entityValue(random: SeededRandom, key: string, asText: boolean): number | string {
  if (key === 'product_code') return productCode(random);
  const number = key === 'store_no' ? random.integer(-4, 12) : random.integer(1, 66);
  return asText ? String(number) : number;
}

function productCode(random: SeededRandom): string {
  if (random.chance(0.2)) return random.pick(['ünï', ' spaced ', '', 'p-001', 'P-1']);
  return `P-${String(random.integer(0, 20)).padStart(3, '0')}`;
}

/**
 * The columns of an answer in groups, one per view, for a comparison that lets their order inside a group go.
 * Shape: `names` are the answer's feature_names; neighbours of one view form a group, an entity column is one alone.
 */
export function columnGroups(names: readonly string[], views: readonly ViewShape[]): string[][] {
  const groups: string[][] = [];
  let before: string | undefined;
  for (const name of names) {
    const owner = views.find((view) =>
      view.features.some((feature) => name === feature || name === `${view.name}__${feature}`),
    )?.name;
    if (owner !== undefined && owner === before) groups.at(-1)?.push(name);
    else groups.push([name]);
    before = owner;
  }
  return groups;
}
