import { pythonText } from '../../common/codec/python-text.js';
import { ValueProblem } from '../../common/codec/value-problem.js';
import { JsonFloat, type JsonValue } from '../../common/model/json-value.js';
import type { FeatureScalar } from '../../common/model/value.js';
import { dateText, decimalText, timestampText, timeText } from './python-cell-text.js';
import type { SourceKind, SourceType, SourceTypeOf } from './source-type.js';

/**
 * One value of a source as it was stored; which form it has follows from the type of its column.
 *
 * | kind | cell |
 * |---|---|
 * | integer | number when it is safe, else bigint |
 * | float32, float64 | number |
 * | boolean, text, bytes | boolean, string, Uint8Array |
 * | uuid | string |
 * | date | number: days since the epoch |
 * | time | bigint: microseconds since midnight |
 * | timestamp | bigint: since the epoch, in its unit |
 * | decimal | bigint, times 10^scale |
 * | list | array of cells |
 * | struct | array of `[name, cell]` |
 * | map | array of `[cell, cell]` |
 */
export type Cell =
  null | number | bigint | boolean | string | Uint8Array | readonly Cell[] | readonly CellEntry[];
export type CellEntry = readonly [key: Cell, value: Cell];

const SECONDS_PER_DAY = 86_400;
const TICKS_PER_SECOND = { us: 1_000_000n, ns: 1_000_000_000n } as const;

/** What is done with a cell that is not null, for every kind of column. */
type ByKind<R> = { readonly [K in SourceKind]: (type: SourceTypeOf<K>, cell: Cell) => R };

function byKind<R>(table: ByKind<R>, type: SourceType, cell: Cell): R {
  return table[type.kind](type as never, cell);
}

/** Seconds since the epoch, the whole second before. The type is `date` or `timestamp`. */
export function epochSeconds(type: SourceType, cell: Cell): number {
  const seconds = wholeSeconds(type, cell);
  if (type.kind !== 'timestamp' || (cell as bigint) >= 0n) return seconds;
  return BigInt(seconds) * TICKS_PER_SECOND[type.unit] === cell ? seconds : seconds - 1;
}

/** The same, cut toward zero. */
export function wholeSeconds(type: SourceType, cell: Cell): number {
  if (type.kind !== 'timestamp') return (cell as number) * SECONDS_PER_DAY;
  return Number((cell as bigint) / TICKS_PER_SECOND[type.unit]);
}

/** A cell of a kind that has no better form than a text: dates, times, decimals, UUIDs, texts. */
export function cellText(type: SourceType, cell: Cell): string {
  if (type.kind === 'date') return dateText(cell as number);
  if (type.kind === 'time') return timeText(cell as bigint);
  if (type.kind === 'timestamp') return timestampText(cell as bigint, type.unit);
  return type.kind === 'decimal' ? decimalText(cell as bigint, type.scale) : (cell as string);
}

/**
 * A cell as the JSON value that stands for it.
 *
 * Shape:  what JSON has no form for is text; keys of maps are texts.
 * Errors: ValueProblem for bytes.
 */
export function cellJson(type: SourceType, cell: Cell): JsonValue {
  return cell === null ? null : byKind(JSON_FORMS, type, cell);
}

const plainJson = (_type: SourceType, cell: Cell): JsonValue => cell as JsonValue;
const floatJson = (_type: SourceType, cell: Cell): JsonValue => new JsonFloat(cell as number);

const JSON_FORMS: ByKind<JsonValue> = {
  integer: plainJson,
  boolean: plainJson,
  text: plainJson,
  float32: floatJson,
  float64: floatJson,
  uuid: cellText,
  date: cellText,
  time: cellText,
  timestamp: cellText,
  decimal: cellText,
  list: ({ item }, cell) => (cell as readonly Cell[]).map((value) => cellJson(item, value)),
  struct: (type, cell) =>
    new Map(structEntries(type, cell).map(([name, field, value]) => [name, cellJson(field, value)])),
  map: ({ key: keyType, value: valueType }, cell) =>
    new Map(
      (cell as readonly CellEntry[]).map(([key, value]) => [
        pythonText(cellJson(keyType, key)),
        cellJson(valueType, value),
      ]),
    ),
  bytes: refuseBytes,
  null: () => null,
  other: refuseBytes,
};

function refuseBytes(): never {
  throw new ValueProblem('holds bytes, which JSON cannot');
}

/** Name, type and cell of each member. */
export function structEntries(
  type: SourceTypeOf<'struct'>,
  cell: Cell,
): (readonly [string, SourceType, Cell])[] {
  return (cell as readonly CellEntry[]).map(([name, value]) => [
    name as string,
    type.fields.get(name as string)!,
    value,
  ]);
}

/** A scalar cell as the payload of the type that `naturalValueType` names. Errors: ValueProblem. */
export function naturalPayload(type: SourceType, cell: Cell): FeatureScalar {
  if (type.kind === 'date' || type.kind === 'timestamp') return epochSeconds(type, cell);
  if (type.kind === 'time' || type.kind === 'decimal') return cellText(type, cell);
  if (type.kind === 'integer' && typeof cell === 'bigint' && BigInt.asIntN(64, cell) !== cell) {
    throw new ValueProblem('does not fit 64 bits');
  }
  return cell as FeatureScalar;
}
