import {
  Binary,
  Bool,
  type DataType,
  Field,
  Float64,
  Int64,
  List,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow';
import { ValueType, type FeaturePayload, type ValueTypeNumber } from '../../../common/model/value.js';

/** How a value of Feast stands in a column of Arrow. */
export interface ArrowForm {
  readonly type: DataType;
  /** What a builder of that type takes. */
  readonly value: (payload: FeaturePayload) => unknown;
}

const same = (payload: FeaturePayload): unknown => payload;
const wide = (payload: FeaturePayload): unknown => BigInt(payload as number | bigint);
/** Builders of times take milliseconds. */
const milliseconds = (payload: FeaturePayload): unknown => Number(payload) * 1000;

/** As wide as Feast's server hands numbers to functions. */
const SCALARS: ReadonlyMap<ValueTypeNumber, ArrowForm> = new Map<ValueTypeNumber, ArrowForm>([
  [ValueType.BYTES, { type: new Binary(), value: same }],
  [ValueType.STRING, { type: new Utf8(), value: same }],
  [ValueType.INT32, { type: new Int64(), value: wide }],
  [ValueType.INT64, { type: new Int64(), value: wide }],
  [ValueType.DOUBLE, { type: new Float64(), value: same }],
  [ValueType.FLOAT, { type: new Float64(), value: same }],
  [ValueType.BOOL, { type: new Bool(), value: same }],
  [ValueType.UNIX_TIMESTAMP, { type: new TimestampMicrosecond('UTC'), value: milliseconds }],
]);

const LIST_ITEMS: ReadonlyMap<ValueTypeNumber, ValueTypeNumber> = new Map<ValueTypeNumber, ValueTypeNumber>([
  [ValueType.BYTES_LIST, ValueType.BYTES],
  [ValueType.STRING_LIST, ValueType.STRING],
  [ValueType.INT32_LIST, ValueType.INT32],
  [ValueType.INT64_LIST, ValueType.INT64],
  [ValueType.DOUBLE_LIST, ValueType.DOUBLE],
  [ValueType.FLOAT_LIST, ValueType.FLOAT],
  [ValueType.BOOL_LIST, ValueType.BOOL],
  [ValueType.UNIX_TIMESTAMP_LIST, ValueType.UNIX_TIMESTAMP],
]);

/** Undefined for maps, sets, documents and the like, which have no column of Arrow that pandas would read back. */
export function arrowForm(type: ValueTypeNumber): ArrowForm | undefined {
  const scalar = SCALARS.get(type);
  if (scalar) return scalar;
  const item = SCALARS.get(LIST_ITEMS.get(type) ?? type);
  if (!item) return undefined;
  return {
    type: new List(new Field('item', item.type, true)),
    value: (payload) => (payload as readonly FeaturePayload[]).map(item.value),
  };
}
