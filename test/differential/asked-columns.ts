import { type ExactJson, isExactObject } from '../conformance/json-exact.ts';
import { type JsonTree, memberOf, textOf } from './json-tree.ts';
import type { RepoShape, ViewKind } from './repo-shape.ts';

/** The features of one view that a body asks for, in its order. */
export interface AskedView {
  /** How full names begin. */
  readonly key: string;
  readonly features: readonly string[];
  readonly kind: ViewKind;
}

/** The views of a body in order of first appearance; what is no reference is left out. */
export function askedViews(body: JsonTree, shape: RepoShape): AskedView[] {
  const service = textOf(memberOf(body, 'feature_service')) ?? '';
  if (service !== '') {
    const views = shape.services.find(({ name }) => name === service)?.views ?? [];
    return byKind(views).map(({ name, kind, features }) => ({
      key: name,
      kind,
      features: features.map((feature) => feature.name),
    }));
  }
  const groups = new Map<string, string[]>();
  for (const [key, feature] of references(memberOf(body, 'features'))) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [feature]);
    // Feast lets one feature be asked for in two spellings, and answers it once.
    else if (!group.includes(feature)) group.push(feature);
  }
  const kinds = new Map(shape.views.map(({ name, kind }) => [name, kind]));
  const asked = [...groups].map(([key, features]) => ({ key, features, kind: kinds.get(key) ?? 'plain' }));
  return byKind(asked);
}

/** Computed views come behind all others. */
function byKind<View extends { readonly kind: ViewKind }>(views: readonly View[]): View[] {
  const isComputed = ({ kind }: View): boolean => kind === 'computed';
  return [...views.filter((view) => !isComputed(view)), ...views.filter(isComputed)];
}

function references(features: JsonTree | undefined): [string, string][] {
  if (features?.kind !== 'list') return [];
  return features.items.flatMap((item): [string, string][] => {
    const text = textOf(item);
    const colon = text?.indexOf(':') ?? -1;
    if (text === undefined || colon < 0) return [];
    return [[viewKey(text.slice(0, colon)), text.slice(colon + 1)]];
  });
}

/** `@latest` and an empty version are no version; a number is written in one way. */
function viewKey(view: string): string {
  const at = view.indexOf('@');
  if (at < 0) return view;
  const version = view.slice(at + 1);
  if (version === '' || version.toLowerCase() === 'latest') return view.slice(0, at);
  const digits = /^[vV](\p{Nd}+)$/u.exec(version)?.[1];
  return digits === undefined
    ? view
    : `${view.slice(0, at)}@v${BigInt(Array.from(digits, digitValue).join(''))}`;
}

/** Python reads the digits of every script. They stand in runs of ten, and one run may follow another. */
function digitValue(digit: string): number {
  let first = digit.codePointAt(0) ?? 0;
  while (/\p{Nd}/u.test(String.fromCodePoint(first - 1))) first -= 1;
  return ((digit.codePointAt(0) ?? 0) - first) % 10;
}

/**
 * The columns of an answer in groups: entity columns one by one, then a group per view.
 * Shape: as `withOrderedColumns` takes them; only how long a group is counts there.
 */
export function columnGroups(names: readonly string[], views: readonly AskedView[]): (readonly string[])[] {
  const features = views.reduce((sum, view) => sum + view.features.length, 0);
  const entities = names.slice(0, Math.max(names.length - features, 0));
  return [...entities.map((name) => [name]), ...views.map((view) => view.features)];
}

/** Why the columns of an answer are not in the order of the request, where Feast's are in any; undefined when they are. */
export function orderProblem(answer: ExactJson, views: readonly AskedView[]): string | undefined {
  const names = featureNames(answer);
  const short = views.flatMap(({ features }) => features);
  const full = views.flatMap(({ key, features }) => features.map((feature) => `${key}__${feature}`));
  const got = short.length === 0 ? [] : names.slice(-short.length);
  const isSame = (wanted: readonly string[]): boolean => wanted.every((name, index) => name === got[index]);
  if (isSame(short) || isSame(full)) return undefined;
  return `columns: want the order of the request, ${short.join(', ')}; got ${got.join(', ')}`;
}

export function featureNames(answer: ExactJson): string[] {
  if (!isExactObject(answer) || !isExactObject(answer['metadata'])) return [];
  const names = answer['metadata']['feature_names'];
  return Array.isArray(names) ? names.map(String) : [];
}
