import { convertColumn } from '../../common/codec/column-value.codec.js';
import { InvalidValueError, type RequestIssue } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import { DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import type { FeatureViewProjection, Field, OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { JsonArray } from '../../common/model/json-value.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { findView } from '../registry/find-view.js';
import type { Transformations } from './transformations.js';
import type {
  FeatureColumn,
  SourceColumns,
  TransformationInputs,
  TransformedColumns,
} from './transformer.js';

/** The columns of `df`, as they were sent: all of the same length. */
export interface WrittenRows {
  readonly rows: number;
  readonly columns: ReadonlyMap<string, JsonArray>;
}

/** What is to be stored of an on-demand view. Rows keep their order; each belongs to the time of the write. */
export interface ComputedRows {
  /** Registered name → values; none for a view without entities. */
  readonly joinKeys: ReadonlyMap<string, EntityColumn>;
  /** Every feature of the view, in its order. */
  readonly features: ReadonlyMap<string, EntityColumn>;
}

/**
 * Computes the rows of a write to a stored on-demand view (`write_to_online_store`, with `transform_on_write`).
 *
 * Shape:   a feature of a source may be called `feature` or `view__feature`. Columns that the function does without need
 *          not be there; what it leaves out is null.
 * Returns: a promise only where the transformation has to be waited for.
 * Errors:  NotSupportedError when nothing computes the view; InvalidValueError for a join key that is missing, a value
 *          that is not of its declared type, and what the function throws; UnavailableError; NotFoundError for a source
 *          view that is gone.
 */
// oxlint-disable-next-line max-params -- what is computed, by what, until when
export function computeRows(
  snapshot: RegistrySnapshot,
  transformations: Transformations,
  view: OnDemandFeatureView,
  written: WrittenRows,
  deadline: Deadline,
): ComputedRows | Promise<ComputedRows> {
  const transformer = transformations.transformerOf(view, 'write');
  const joinKeys = keyColumns(view, written);
  const computed = transformer.transform(inputsOf(snapshot, view, written, joinKeys), deadline);
  const finish = (columns: TransformedColumns): ComputedRows => ({
    joinKeys,
    features: new Map(view.features.map((field) => [field.name, filled(field, columns, written.rows)])),
  });
  return computed instanceof Promise ? computed.then(finish) : finish(computed);
}

function keyColumns(
  { name, entityColumns }: OnDemandFeatureView,
  { columns }: WrittenRows,
): Map<string, EntityColumn> {
  const issues: RequestIssue[] = [];
  const keys = new Map<string, EntityColumn>();
  for (const field of entityColumns) {
    if (field.name === DUMMY_JOIN_KEY) continue;
    const values = columns.get(field.name);
    if (values) keys.set(field.name, convertColumn(field.name, field.valueType, values));
    else {
      const msg = `${field.name} is missing in df: ${name} is stored by this join key`;
      issues.push({ type: 'missing', loc: ['body', 'df', field.name], msg });
    }
  }
  if (issues.length > 0) throw new InvalidValueError('Missing join key values', { issues });
  return keys;
}

function inputsOf(
  snapshot: RegistrySnapshot,
  view: OnDemandFeatureView,
  { rows, columns }: WrittenRows,
  ownKeys: ReadonlyMap<string, EntityColumn>,
): TransformationInputs {
  const requestData = new Map<string, JsonArray>();
  const sources: SourceColumns[] = [];
  for (const source of view.sources) {
    if (source.kind === 'projection') {
      const { projection, name } = source;
      const { entityColumns } = findView(snapshot, projection.viewName);
      sources.push({
        name,
        features: sourceFeatures(projection, columns),
        joinKeys: new Map(entityColumns.flatMap((field) => given(field, field.name, columns))),
      });
    } else {
      for (const { name } of source.source.requestFields) {
        const values = columns.get(name);
        if (values) requestData.set(name, values);
      }
    }
  }
  const joinKeys = new Map([...sources.flatMap((source) => [...source.joinKeys]), ...ownKeys]);
  return { rows, sources, requestData, joinKeys, place: 'df' };
}

function sourceFeatures(
  { viewName, alias, features }: FeatureViewProjection,
  columns: WrittenRows['columns'],
): Map<string, FeatureColumn> {
  return new Map(
    features.flatMap((field) => {
      const spellings = [`${alias || viewName}__${field.name}`, field.name];
      const sent = spellings.find((name) => columns.has(name));
      const [found] = sent === undefined ? [] : given(field, sent, columns);
      if (!found) return [];
      const { type, values } = found[1];
      return [[field.name, values.map((value) => (value === null ? null : { type, value }))] as const];
    }),
  );
}

function given(
  field: Field,
  column: string,
  columns: WrittenRows['columns'],
): (readonly [name: string, column: EntityColumn])[] {
  const values = columns.get(column);
  return values ? [[field.name, convertColumn(column, field.valueType, values)]] : [];
}

/** Feast's functions may leave a feature out, or return fewer values than there are rows. */
function filled({ name, valueType }: Field, columns: TransformedColumns, rows: number): EntityColumn {
  const column = columns.get(name);
  if (column?.values.length === rows) return column;
  const values = column?.values ?? [];
  return {
    type: column?.type ?? valueType,
    values: Array.from({ length: rows }, (_, row) => values[row] ?? null),
  };
}
