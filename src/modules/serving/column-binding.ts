import { compileEntityKey, type EntityKeyEncoder } from '../../common/codec/entity-key.codec.js';
import { InvalidValueError } from '../../common/errors/errors.js';
import { DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { ResolvedView } from './feature-groups.js';
import type { ResolvedFeatures } from './feature-resolution.js';
import type { OnDemandPlan } from './on-demand.plan.js';

/** What of a plan decides how columns are bound. */
export interface Bindable {
  readonly resolved: ResolvedFeatures;
  /** Name in the request → join key of the answer. */
  readonly joinKeyOf: ReadonlyMap<string, string>;
  readonly entityKeyVersion: number;
  readonly onDemand: Pick<OnDemandPlan, 'echoedFields'> | undefined;
}

/** A column of the request that the answer repeats. */
export interface EchoColumn {
  /** As the answer calls it: the join key, also when the request used the name of its entity. */
  readonly name: string;
  /** Index among the columns of the request. */
  readonly source: number;
}

/** The columns that make the entity keys of one or more views. */
export interface KeySet {
  /** Indexes among the columns of the request, one per join key; none for a view without entities. */
  readonly columns: readonly number[];
  readonly encoder: EntityKeyEncoder;
}

export interface ColumnBinding {
  readonly echo: readonly EchoColumn[];
  readonly keySets: readonly KeySet[];
  /** `keySetOf[v]`: which of `keySets` view `v` reads by. */
  readonly keySetOf: readonly number[];
}

/**
 * Finds which columns of a request are join keys, and whose.
 *
 * Errors:  InvalidValueError for a view that finds none of its join keys. Some of a composite key are enough:
 *          such a key is never found, as in Feast.
 */
export function bindColumns(plan: Bindable, columnNames: readonly string[]): ColumnBinding {
  const echo = echoColumns(plan.joinKeyOf, columnNames);
  const keySets: KeySet[] = [];
  const indexOf = new Map<string, number>();
  const keySetOf = plan.resolved.views.map((view) => {
    const columns = keyColumns(view, echo, columnNames);
    const signature = JSON.stringify([...columns]);
    const known = indexOf.get(signature);
    if (known !== undefined) return known;
    keySets.push({ columns: [...columns.values()], encoder: compileKey(columns, plan.entityKeyVersion) });
    indexOf.set(signature, keySets.length - 1);
    return keySets.length - 1;
  });
  const repeated = (plan.onDemand?.echoedFields ?? []).map((name) => ({
    name,
    source: columnNames.indexOf(name),
  }));
  return { echo: [...echo.filter(({ name }) => name !== DUMMY_JOIN_KEY), ...repeated], keySets, keySetOf };
}

function echoColumns(joinKeyOf: ReadonlyMap<string, string>, columnNames: readonly string[]): EchoColumn[] {
  // A Map keeps the place of the first column and takes the value of the last.
  const sources = new Map<string, number>();
  columnNames.forEach((requestName, source) => {
    const name = joinKeyOf.get(requestName);
    if (name !== undefined) sources.set(name, source);
  });
  return [...sources].map(([name, source]) => ({ name, source }));
}

/** Join key → column of the request. */
function keyColumns(
  resolved: ResolvedView,
  echo: readonly EchoColumn[],
  columnNames: readonly string[],
): Map<string, number> {
  const columns = new Map<string, number>();
  if (isEntityless(resolved.view)) return columns;
  const { view, joinKeyMap } = resolved;
  const joinKeyOfAlias = new Map([...joinKeyMap].map(([joinKey, alias]) => [alias, joinKey]));
  const joinKeys = new Set(view.entityColumns.map((column) => column.name));
  for (const { name, source } of echo) {
    const joinKey = joinKeyOfAlias.get(name) ?? name;
    if (joinKeys.has(joinKey)) columns.set(joinKey, source);
  }
  if (columns.size === 0) throw missingJoinKeys(resolved, columnNames);
  return columns;
}

/** All rows of such a view are one, under the dummy key. */
function isEntityless(view: AnyFeatureView): boolean {
  return view.entityColumns.every((column) => column.name === DUMMY_JOIN_KEY);
}

function missingJoinKeys(
  { view, joinKeyMap }: ResolvedView,
  columnNames: readonly string[],
): InvalidValueError {
  const wanted = view.entityColumns.map(({ name }) => joinKeyMap.get(name) ?? name);
  const given = columnNames.length === 0 ? 'nothing' : columnNames.join(', ');
  const issues = wanted.map((name) => ({
    type: 'missing',
    loc: ['body', 'entities', name],
    msg: `feature view ${view.name} is read by the join key ${name}, which is not among the entities (given: ${given})`,
  }));
  return new InvalidValueError('Missing join key values', { issues });
}

function compileKey(columns: ReadonlyMap<string, number>, version: number): EntityKeyEncoder {
  return compileEntityKey(columns.size === 0 ? [DUMMY_JOIN_KEY] : [...columns.keys()], version);
}
