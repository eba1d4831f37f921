import { DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { Field, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { ComputedSource } from './materialization-job.js';

/** What a source gives to a stored on-demand view, by the keys by which that is stored. */
export interface ComputedPart {
  readonly source: ComputedSource;
  /** Its join keys that are keys of the on-demand view, too, under their names in the source. */
  readonly matched: readonly Field[];
  /** Its other join keys: the newest row counts, whatever they are. */
  readonly others: readonly Field[];
}

export function computedParts(
  view: OnDemandFeatureView,
  sources: readonly ComputedSource[],
): readonly ComputedPart[] {
  const stored = new Set(keyFields(view).map(({ name }) => name));
  return sources.map((source) => {
    const keys = source.view.entityColumns.filter(({ name }) => name !== DUMMY_JOIN_KEY);
    const isMatched = ({ name }: Field): boolean => stored.has(keyNameOf(source, name));
    return {
      source,
      matched: keys.filter(isMatched),
      others: keys.filter((key) => !isMatched(key)),
    };
  });
}

/** The name of a join key of a source in the on-demand view. */
export function keyNameOf({ joinKeyMap }: ComputedSource, name: string): string {
  return joinKeyMap.get(name) ?? name;
}

/** The keys by which the rows of an on-demand view are stored; none for a view without entities. */
export function keyFields({ entityColumns }: OnDemandFeatureView): readonly Field[] {
  return entityColumns.filter(({ name }) => name !== DUMMY_JOIN_KEY);
}

/** There is one source, and each of its entities is one of the on-demand view. */
export function isPlain(view: OnDemandFeatureView, parts: readonly ComputedPart[]): boolean {
  const [part, another] = parts;
  if (!part || another) return false;
  return part.others.length === 0 && part.matched.length === keyFields(view).length;
}

/** Why rows cannot be matched, and so not be computed; undefined when they can. */
export function matchObstacle(view: OnDemandFeatureView, parts: readonly ComputedPart[]): string | undefined {
  const keys = keyFields(view).map(({ name }) => name);
  const stranger = parts.find(({ matched, others }) => matched.length === 0 && others.length > 0);
  if (stranger) {
    const { source, others } = stranger;
    const theirs = others.map(({ name }) => keyNameOf(source, name)).join(', ');
    const ours = keys.length === 0 ? 'it has no join keys' : `it is stored by ${keys.join(', ')}`;
    return `${ours}, and its source ${source.name} has rows by ${theirs}: which of them belongs to an entity is nowhere`;
  }
  if (parts.some(({ matched }) => matched.length === keys.length)) return undefined;
  return `none of its sources ${parts.map(({ source }) => source.name).join(', ')} has all of its join keys ${keys.join(', ')}: which of them belong together is nowhere`;
}
