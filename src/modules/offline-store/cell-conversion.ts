import { jsonText } from '../../common/codec/json-text.js';
import { nestedConverter } from '../../common/codec/nested-value.codec.js';
import { isScalarType } from '../../common/codec/scalar-value.codec.js';
import {
  NULL_TIMESTAMP,
  ValueType,
  type FeaturePayload,
  type ValueTypeNumber,
} from '../../common/model/value.js';
import { cellJson, type Cell } from './cell.js';
import { collectionConversion } from './collection-conversion.js';
import { cellMap, cellMaps, cellScalarMap, cellValues } from './nested-cell.js';
import { scalarConversion, type CellConversion } from './scalar-conversion.js';
import type { SourceKind, SourceType } from './source-type.js';

/**
 * How the cells of a column become values of the declared type, as Feast's materialize stores them; undefined when they
 * cannot. Cells that are null are for `nullPayload`.
 *
 * Errors: the conversion throws ValueProblem.
 * Source: conversions.json; docs/differences.md says where this differs on purpose.
 */
export function cellConversion(type: SourceType, declared: ValueTypeNumber): CellConversion | undefined {
  if (type.kind === 'other') return undefined;
  if (type.kind === 'null') return () => null;
  if (isScalarType(declared)) return scalarConversion(type, declared);
  return COMPOSITES.get(declared)?.(type, declared) ?? collectionConversion(type, declared);
}

/** Of these kinds a null is NaN or NaT by the time that Feast sees it. */
const NOT_A_TIME: ReadonlySet<SourceKind> = new Set(['integer', 'float32', 'float64', 'timestamp', 'date']);

/** What a null of the column is stored as: null, but for times the null sentinel. */
export function nullPayload(type: SourceType, declared: ValueTypeNumber): FeaturePayload | null {
  return declared === ValueType.UNIX_TIMESTAMP && NOT_A_TIME.has(type.kind) ? NULL_TIMESTAMP : null;
}

type Composite = (type: SourceType, declared: ValueTypeNumber) => CellConversion | undefined;

const COMPOSITES: ReadonlyMap<ValueTypeNumber, Composite> = new Map<ValueTypeNumber, Composite>([
  [ValueType.MAP, mapConversion],
  [ValueType.STRUCT, mapConversion],
  [ValueType.MAP_LIST, mapListConversion],
  [ValueType.STRUCT_LIST, mapListConversion],
  [ValueType.VALUE_LIST, valuesConversion],
  [ValueType.VALUE_SET, valuesConversion],
  [ValueType.SCALAR_MAP, scalarMapConversion],
  [ValueType.JSON, jsonConversion],
  [ValueType.JSON_LIST, jsonListConversion],
]);

const WRAPPED_IN_STRUCT: ReadonlySet<SourceKind> = new Set(['integer', 'float64', 'boolean']);

function hasNames(type: SourceType): boolean {
  return type.kind === 'struct' || (type.kind === 'map' && type.key.kind === 'text');
}

function fromJson(type: SourceType, declared: ValueTypeNumber): CellConversion {
  const convert = nestedConverter(declared)!;
  return (cell: Cell) => convert(cellJson(type, cell));
}

function mapConversion(type: SourceType, declared: ValueTypeNumber): CellConversion | undefined {
  if (hasNames(type)) return (cell) => cellMap(type, cell);
  const isWrapped = declared === ValueType.STRUCT && WRAPPED_IN_STRUCT.has(type.kind);
  return type.kind === 'text' || isWrapped ? fromJson(type, declared) : undefined;
}

function mapListConversion(type: SourceType, declared: ValueTypeNumber): CellConversion | undefined {
  if (type.kind === 'list' && hasNames(type.item)) return (cell) => cellMaps(type.item, cell);
  return type.kind === 'text' ? fromJson(type, declared) : undefined;
}

function valuesConversion(type: SourceType, declared: ValueTypeNumber): CellConversion | undefined {
  if (type.kind === 'list' && type.item.kind === 'list') return (cell) => cellValues(type.item, cell);
  const isOfTexts = type.kind === 'text' || (type.kind === 'list' && type.item.kind === 'text');
  return isOfTexts ? fromJson(type, declared) : undefined;
}

function scalarMapConversion(type: SourceType): CellConversion | undefined {
  return type.kind === 'map' && !hasNames(type) ? (cell) => cellScalarMap(type, cell) : undefined;
}

/** Text must be JSON and is kept as it is. */
function jsonConversion(type: SourceType, declared: ValueTypeNumber): CellConversion | undefined {
  if (type.kind === 'text') return fromJson(type, declared);
  return type.kind === 'bytes' ? undefined : (cell) => jsonText(cellJson(type, cell));
}

function jsonListConversion(type: SourceType, declared: ValueTypeNumber): CellConversion | undefined {
  return type.kind === 'list' ? fromJson(type, declared) : undefined;
}
