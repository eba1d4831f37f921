import { requireEncodable } from '../../common/codec/scalar-value.codec.js';
import { ValueProblem } from '../../common/codec/value-problem.js';
import {
  ValueType,
  type FeatureMap,
  type FeatureScalar,
  type FeatureValue,
  type ValueTypeNumber,
} from '../../common/model/value.js';
import { naturalPayload, structEntries, type Cell, type CellEntry } from './cell.js';
import {
  listValueType,
  naturalValueType,
  type SourceKind,
  type SourceType,
  type SourceTypeOf,
} from './source-type.js';

/**
 * A struct, or a map with texts as keys, as a map of values.
 *
 * Shape:  members have the widest type of their kind, as Feast gives them: INT64, DOUBLE; lists keep the width of their
 *         items; structs and maps are maps.
 * Errors: ValueProblem.
 */
export function cellMap(type: SourceType, cell: Cell): FeatureMap {
  if (type.kind === 'struct') {
    return new Map(
      structEntries(type, cell).map(([name, field, value]) => [name, memberValue(field, value)]),
    );
  }
  if (type.kind !== 'map' || type.key.kind !== 'text') throw new ValueProblem('is no map with texts as keys');
  return new Map(
    (cell as readonly CellEntry[]).map(([key, value]) => [
      requireEncodable(key as string),
      memberValue(type.value, value),
    ]),
  );
}

/** Errors: ValueProblem for a list that holds null. */
export function cellMaps(item: SourceType, cells: Cell): FeatureMap[] {
  return (cells as readonly Cell[]).map((cell) => {
    if (cell === null) throw new ValueProblem('holds a null among its maps');
    return cellMap(item, cell);
  });
}

/** A map with keys of any scalar type. */
export function cellScalarMap(
  type: SourceTypeOf<'map'>,
  cell: Cell,
): (readonly [FeatureValue, FeatureValue])[] {
  return (cell as readonly CellEntry[]).map(([key, value]) => [
    memberValue(type.key, key),
    memberValue(type.value, value),
  ]);
}

/** The lists in a list: each one a value of its own, null when it is null or empty. Errors: ValueProblem. */
export function cellValues(item: SourceType, cells: Cell): FeatureValue[] {
  return (cells as readonly Cell[]).map((inner) => {
    const isEmpty = inner === null || (inner as readonly Cell[]).length === 0;
    return isEmpty ? null : memberValue(item, inner);
  });
}

const MEMBER_TYPES: Readonly<Partial<Record<SourceKind, ValueTypeNumber>>> = {
  integer: ValueType.INT64,
  float32: ValueType.DOUBLE,
  float64: ValueType.DOUBLE,
};

function memberValue(type: SourceType, cell: Cell): FeatureValue {
  if (cell === null) return null;
  if (type.kind === 'struct' || type.kind === 'map')
    return { type: ValueType.MAP, value: cellMap(type, cell) };
  if (type.kind === 'list') return listValue(type.item, cell);
  const memberType = MEMBER_TYPES[type.kind] ?? naturalValueType(type);
  if (memberType === undefined) throw new ValueProblem('holds what has no Feast type');
  return { type: memberType, value: naturalPayload(type, cell) };
}

function listValue(item: SourceType, cell: Cell): FeatureValue {
  if (item.kind === 'list') return { type: ValueType.VALUE_LIST, value: cellValues(item, cell) };
  if (item.kind === 'struct' || item.kind === 'map')
    return { type: ValueType.MAP_LIST, value: cellMaps(item, cell) };
  const type = listValueType(item);
  if (type === undefined) throw new ValueProblem('holds a list of values that have no Feast type');
  return { type, value: (cell as readonly Cell[]).map((value) => listItem(item, value)) };
}

/** Floats have a null of their own. */
function listItem(item: SourceType, cell: Cell): FeatureScalar {
  if (cell !== null) return naturalPayload(item, cell);
  if (item.kind === 'float32' || item.kind === 'float64') return Number.NaN;
  throw new ValueProblem('holds a null in a list');
}
