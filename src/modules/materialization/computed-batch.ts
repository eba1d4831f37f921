import { decodeEntityKey, compileEntityKey } from '../../common/codec/entity-key.codec.js';
import { encodeValue, decodeValue } from '../../common/codec/value.codec.js';
import type { Deadline } from '../../common/model/deadline.js';
import { DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import type {
  FeatureView,
  FeatureViewProjection,
  OnDemandFeatureView,
} from '../../common/model/feature-view.js';
import { type FeatureValue, ValueType } from '../../common/model/value.js';
import type { CellColumn } from '../../common/model/write-batch.js';
import type { EncodedRows } from '../offline-store/offline-store.js';
import { storedRows } from '../transformations/on-demand-write.js';
import type { TransformationInputs, Transformer } from '../transformations/transformer.js';

const NO_BYTES = new Uint8Array(0);
const MICROS_PER_MS = 1000;
/** Rows that are to be computed from are read with keys of this version, which can be read back. */
export const READABLE_KEY_VERSION = 3;

export interface BatchComputation {
  readonly view: OnDemandFeatureView;
  /** The view that the rows are of. */
  readonly source: FeatureView;
  readonly transformer: Transformer;
  /** Of the rows that are stored. */
  readonly entityKeyVersion: number;
}

/**
 * The rows of a stored on-demand view, computed from rows of its source. They are of now, as in Feast.
 *
 * Returns: undefined when there is nothing to store.
 * Errors:  those of the transformer.
 */
export async function computedBatch(
  { view, source, transformer, entityKeyVersion }: BatchComputation,
  rows: EncodedRows,
  deadline: Deadline,
): Promise<EncodedRows | undefined> {
  const inputs = inputsOf(view, source, rows);
  const columns = await transformer.transform(inputs, deadline);
  const joinKeys = keyNames(view).map((name) => [name, inputs.joinKeys.get(name) as EntityColumn] as const);
  const stored = storedRows(view, new Map(joinKeys), columns, inputs.rows);
  const features = view.features.map(({ name }) => stored.features.get(name) as EntityColumn);
  if (features.every(({ values }) => values.every((value) => value === null))) return undefined;
  const names = joinKeys.length === 0 ? [DUMMY_JOIN_KEY] : joinKeys.map(([name]) => name);
  const all = Array.from({ length: stored.rows }, (_, row) => row);
  const now = Date.now() * MICROS_PER_MS;
  const times = all.map(() => now);
  return {
    keys: compileEntityKey(names, entityKeyVersion).encode([...stored.joinKeys.values()], all, [view.name]),
    values: features.map(encodedCells),
    eventTimesMicros: times,
    createdTimesMicros: times,
  };
}

export function keyNames({ entityColumns }: OnDemandFeatureView): string[] {
  return entityColumns.map(({ name }) => name).filter((name) => name !== DUMMY_JOIN_KEY);
}

function inputsOf(view: OnDemandFeatureView, source: FeatureView, rows: EncodedRows): TransformationInputs {
  const { name, joinKeyMap } = projectionOf(view, source);
  const sourceKeys = keyColumns(source, rows.keys);
  const renamed = [...sourceKeys].map(([key, column]) => [joinKeyMap.get(key) ?? key, column] as const);
  const features = source.features.map(
    (field, at) => [field.name, decodedCells(rows.values[at] as CellColumn)] as const,
  );
  return {
    rows: rows.keys.length,
    sources: [{ name, features: new Map(features), joinKeys: sourceKeys }],
    requestData: new Map(),
    joinKeys: new Map(renamed),
    place: 'df',
  };
}

function projectionOf(
  { sources }: OnDemandFeatureView,
  { name: viewName }: FeatureView,
): { readonly name: string; readonly joinKeyMap: FeatureViewProjection['joinKeyMap'] } {
  for (const source of sources) {
    if (source.kind !== 'projection' || source.projection.viewName !== viewName) continue;
    return { name: source.name, joinKeyMap: source.projection.joinKeyMap };
  }
  return { name: viewName, joinKeyMap: new Map() };
}

function keyColumns({ entityColumns }: FeatureView, keys: readonly Uint8Array[]): Map<string, EntityColumn> {
  const decoded = keys.map(decodeEntityKey);
  const columns = entityColumns
    .filter(({ name }) => name !== DUMMY_JOIN_KEY)
    .map(({ name, valueType }) => {
      const values = decoded.map((key) => key.values[key.joinKeys.indexOf(name)]?.value ?? null);
      return [name, { type: valueType, values }] as const;
    });
  return new Map(columns);
}

function decodedCells(column: CellColumn): FeatureValue[] {
  return Array.from({ length: column.length }, (_, row) => decodeValue(column.at(row) ?? NO_BYTES));
}

function encodedCells({ type, values }: EntityColumn): CellColumn {
  const cells = values.map((value) =>
    value === null || type === ValueType.UNKNOWN ? NO_BYTES : encodeValue({ type, value }),
  );
  return cells;
}
