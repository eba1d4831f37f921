import { typeName } from '../../common/codec/typed-column.js';
import { ValueType, type ValueTypeNumber } from '../../common/model/value.js';
import { cellConversion } from './cell-conversion.js';
import type { SourceColumn } from './offline-store.js';
import { describeSourceType, type SourceKind } from './source-type.js';

const KEY_TYPES: readonly ValueTypeNumber[] = [
  ValueType.INT32,
  ValueType.INT64,
  ValueType.STRING,
  ValueType.BYTES,
  ValueType.UNIX_TIMESTAMP,
];
const KEY_TYPE_NAMES = KEY_TYPES.map(typeName).join(', ');

const NESTED: ReadonlySet<SourceKind> = new Set(['list', 'struct', 'map']);
const SCALARS: ReadonlySet<ValueTypeNumber> = new Set<ValueTypeNumber>([
  ...KEY_TYPES,
  ValueType.FLOAT,
  ValueType.DOUBLE,
  ValueType.BOOL,
  ValueType.UUID,
  ValueType.TIME_UUID,
  ValueType.DECIMAL,
  ValueType.ZONED_TIMESTAMP,
]);

/** The rest of a sentence about a column. */
function holds(column: SourceColumn): string {
  return `holds ${describeSourceType(column.sourceType)} (${column.storedType})`;
}

/**
 * Why a column cannot be stored as the declared type; undefined when it can, or when it depends on its values.
 *
 * Shape:  the rest of a sentence that begins with the column.
 */
export function columnMisfit(column: SourceColumn, declared: ValueTypeNumber): string | undefined {
  if (cellConversion(column.sourceType, declared) !== undefined) return undefined;
  const { valueType } = column;
  return `${holds(column)}${valueType === undefined ? '' : `: declare it ${typeName(valueType)}`}`;
}

/** The same for a join key. */
export function keyMisfit(column: SourceColumn, declared: ValueTypeNumber): string | undefined {
  if (!KEY_TYPES.includes(declared)) return `could only be a key as one of ${KEY_TYPE_NAMES}`;
  if (NESTED.has(column.sourceType.kind)) return `${holds(column)}, which cannot be a key`;
  return columnMisfit(column, declared);
}

/** The same for an event or created timestamp. */
export function timestampMisfit(column: SourceColumn): string | undefined {
  if (column.isTimestamp) return undefined;
  return `must be a column of timestamps, but ${holds(column)}: convert it where the file is written`;
}

/**
 * What a person should know about a pair that can be stored, but hardly as it was meant; undefined for nothing.
 *
 * Shape:  the rest of a sentence that begins with the column.
 */
export function columnDoubt(column: SourceColumn, declared: ValueTypeNumber): string | undefined {
  if (columnMisfit(column, declared) !== undefined) return undefined;
  const doubt = DOUBTS.find(({ applies }) => applies(column.sourceType.kind, declared));
  return doubt && `${holds(column)}: ${doubt.outcome}`;
}

interface Doubt {
  readonly applies: (kind: SourceKind, declared: ValueTypeNumber) => boolean;
  readonly outcome: string;
}

const DOUBTS: readonly Doubt[] = [
  {
    applies: (kind, declared) => NESTED.has(kind) && SCALARS.has(declared),
    outcome: 'every value would be null',
  },
  {
    applies: (kind, declared) => kind === 'float64' && declared === ValueType.UNIX_TIMESTAMP,
    outcome: 'as times, all of them would be the null time',
  },
  {
    applies: (kind, declared) => kind === 'text' && isList(declared) && !isJsonList(declared),
    outcome: 'each text would become the list of its characters',
  },
  {
    applies: (kind, declared) => WRAPPED.has(kind) && declared === ValueType.STRUCT,
    outcome: 'each value would become a struct with the one member _value',
  },
];

const WRAPPED: ReadonlySet<SourceKind> = new Set(['integer', 'float64', 'boolean']);

function isList(declared: ValueTypeNumber): boolean {
  return /_(LIST|SET)$/.test(typeName(declared));
}

/** Lists that a text may hold as JSON. */
function isJsonList(declared: ValueTypeNumber): boolean {
  return declared === ValueType.MAP_LIST || declared === ValueType.STRUCT_LIST;
}
