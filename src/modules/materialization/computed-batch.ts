import { decodeEntityKey, compileEntityKey } from '../../common/codec/entity-key.codec.js';
import { encodeValue, decodeValue } from '../../common/codec/value.codec.js';
import type { Deadline } from '../../common/model/deadline.js';
import { DUMMY_JOIN_KEY } from '../../common/model/entity.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import type { Field, OnDemandFeatureView } from '../../common/model/feature-view.js';
import { type FeatureValue, ValueType } from '../../common/model/value.js';
import type { CellColumn } from '../../common/model/write-batch.js';
import type { EncodedRows } from '../offline-store/offline-store.js';
import { storedRows } from '../transformations/on-demand-write.js';
import type { SourceColumns, TransformationInputs, Transformer } from '../transformations/transformer.js';
import { type ComputedPart, keyFields, keyNameOf } from './computed-parts.js';

const NO_BYTES = new Uint8Array(0);
const MICROS_PER_MS = 1000;

export interface BatchComputation {
  readonly view: OnDemandFeatureView;
  /** The columns of the rows are features and other keys of the first, then those of the second, … */
  readonly parts: readonly ComputedPart[];
  /** The keys of the rows are called as in their one source, and not as in the on-demand view. */
  readonly hasOwnKeyNames: boolean;
  readonly transformer: Transformer;
  /** Of the rows that are stored. */
  readonly entityKeyVersion: number;
}

/**
 * The rows of a stored on-demand view, computed from rows of its sources. They are of now, as in Feast.
 *
 * Returns: undefined when there is nothing to store.
 * Errors:  those of the transformer.
 */
export async function computedBatch(
  computation: BatchComputation,
  rows: EncodedRows,
  deadline: Deadline,
): Promise<EncodedRows | undefined> {
  const { view, transformer, entityKeyVersion } = computation;
  const inputs = inputsOf(computation, rows);
  const columns = await transformer.transform(inputs, deadline);
  const joinKeys = keyFields(view).map(
    ({ name }) => [name, inputs.joinKeys.get(name) as EntityColumn] as const,
  );
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

function inputsOf({ parts, hasOwnKeyNames }: BatchComputation, rows: EncodedRows): TransformationInputs {
  const rowKeys = keyColumns(rows.keys);
  const joinKeys = new Map<string, EntityColumn>();
  const sources: SourceColumns[] = [];
  let at = 0;
  for (const { source, matched, others } of parts) {
    const next = (): FeatureValue[] => decodedCells(rows.values[at++] as CellColumn);
    const features = source.view.features.map(({ name }) => [name, next()] as const);
    const keys = [
      ...matched.map((field) => {
        const name = hasOwnKeyNames ? field.name : keyNameOf(source, field.name);
        return [field.name, { type: field.valueType, values: rowKeys.get(name) ?? [] }] as const;
      }),
      ...others.map((field) => [field.name, payloads(field, next())] as const),
    ];
    sources.push({ name: source.name, features: new Map(features), joinKeys: new Map(keys) });
    for (const [name, column] of keys) joinKeys.set(keyNameOf(source, name), column);
  }
  return {
    rows: rows.keys.length,
    sources,
    requestData: new Map(),
    joinKeys,
    place: 'sources',
    eventTimesMicros: rows.eventTimesMicros,
  };
}

/** Name → values, of all rows. */
function keyColumns(keys: readonly Uint8Array[]): ReadonlyMap<string, EntityColumn['values']> {
  const columns = new Map<string, EntityColumn['values'][number][]>();
  for (const key of keys) {
    const { joinKeys, values } = decodeEntityKey(key);
    joinKeys.forEach((name, at) => {
      const column = columns.get(name) ?? [];
      column.push(values[at]?.value ?? null);
      columns.set(name, column);
    });
  }
  return columns;
}

function payloads({ valueType }: Field, values: readonly FeatureValue[]): EntityColumn {
  return { type: valueType, values: values.map((value) => value && value.value) };
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
