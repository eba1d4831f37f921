import { FeatureServerError } from '../../common/errors/errors.js';
import type { AnyFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { ValueType, type ValueTypeNumber } from '../../common/model/value.js';
import type { RequestExample } from '../http/request-example.js';
import { viewsFedBy } from '../registry/fed-views.js';
import { viewLayout } from './view-layout.js';

/** Older than what is stored: to try the example out replaces no value, unless the write policy is `last`. */
const EVENT_TIME = '2020-01-01T00:00:00Z';

type Columns = Record<string, readonly unknown[]>;

/** Types that have an obvious value; of others, and of BYTES, which JSON does not have, the example has a null. */
const VALUES: ReadonlyMap<ValueTypeNumber, unknown> = new Map<ValueTypeNumber, unknown>([
  [ValueType.STRING, 'a'],
  [ValueType.INT32, 1001],
  [ValueType.INT64, 1001],
  [ValueType.FLOAT, 0.5],
  [ValueType.DOUBLE, 0.5],
  [ValueType.BOOL, true],
  [ValueType.UNIX_TIMESTAMP, 1_767_225_600],
  [ValueType.STRING_LIST, ['a', 'b']],
  [ValueType.INT64_LIST, [1, 2]],
  [ValueType.FLOAT_LIST, [0.5, 0.25]],
  [ValueType.DOUBLE_LIST, [0.5, 0.25]],
  [ValueType.BOOL_LIST, [true, false]],
]);

/** Writes that this registry takes, by path: a push for one push source, and rows for one view. */
export function writeExamples(snapshot: RegistrySnapshot): Record<string, Record<string, RequestExample>> {
  const sources = [...snapshot.dataSources.values()].filter(({ kind }) => kind === 'PUSH_SOURCE');
  const push = sources
    .map(({ name }) => pushExample(name, viewsFedBy(snapshot, name)))
    .find((example) => example !== undefined);
  const write = [...snapshot.featureViews.values()]
    .map(writeExample)
    .find((example) => example !== undefined);
  return {
    ...(push ? { '/push': { push } } : {}),
    ...(write ? { '/write-to-online-store': { write } } : {}),
  };
}

function pushExample(name: string, views: readonly AnyFeatureView[]): RequestExample | undefined {
  const columns = views.map(exampleColumns);
  if (views.length === 0 || !columns.every((each) => each !== undefined)) return undefined;
  return {
    summary: `A row for ${views.map((view) => view.name).join(', ')}`,
    value: { push_source_name: name, df: Object.assign({}, ...columns) as Columns, to: 'online' },
  };
}

function writeExample(view: AnyFeatureView): RequestExample | undefined {
  const df = exampleColumns(view);
  if (!df) return undefined;
  return { summary: `A row for ${view.name}`, value: { feature_view_name: view.name, df } };
}

/** One row; undefined for a view that the example would not fit: without a source, with another vector length. */
function exampleColumns(view: AnyFeatureView): Columns | undefined {
  if (view.features.some(({ vectorIndex }) => vectorIndex)) return undefined;
  try {
    const { joinKeys, times } = viewLayout(view, { entityKeyVersion: 3, onlineVersioning: false });
    const typed = [...joinKeys, ...view.features].map(({ name, valueType }): [string, unknown[]] => [
      name,
      [VALUES.get(valueType) ?? null],
    ]);
    const named = [times?.event, times?.created].filter((name) => name !== undefined);
    return Object.fromEntries([...typed, ...named.map((name): [string, unknown[]] => [name, [EVENT_TIME]])]);
  } catch (error) {
    if (error instanceof FeatureServerError) return undefined;
    throw error;
  }
}
