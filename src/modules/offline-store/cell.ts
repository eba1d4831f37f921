import { JsonFloat, type JsonValue } from '../../common/model/json-value.js';
import type { FeatureScalar } from '../../common/model/value.js';
import { pythonText } from '../../common/codec/python-text.js';
import { ValueProblem } from '../../common/codec/value-problem.js';
import { dateText, decimalText, timestampText, timeText } from './python-cell-text.js';
import type { SourceType } from './source-type.js';

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
export type Cell = null | number | bigint | boolean | string | Uint8Array | readonly Cell[] | readonly CellEntry[];
export type CellEntry = readonly [key: Cell, value: Cell];

const SECONDS_PER_DAY = 86_400;
const TICKS_PER_SECOND = { us: 1_000_000n, ns: 1_000_000_000n } as const;

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

/** A scalar cell as a text of the kinds that have no better form: dates, times, decimals, UUIDs. */
export function cellText(type: SourceType, cell: Cell): string {
  switch (type.kind) {
    case 'date':
      return dateText(cell as number);
    case 'time':
      return timeText(cell as bigint);
    case 'timestamp':
      return timestampText(cell as bigint, type.unit);
    case 'decimal':
      return decimalText(cell as bigint, type.scale);
    default:
      return cell as string;
  }
}

/**
 * A cell as the JSON value that stands for it.
 *
 * Shape:  what JSON has no form for is text; keys of maps are texts.
 * Errors: ValueProblem for bytes.
 */
export function cellJson(type: SourceType, cell: Cell): JsonValue {
  if (cell === null) return null;
  switch (type.kind) {
    case 'integer':
    case 'boolean':
    case 'text':
      return cell as number | bigint | boolean | string;
    case 'float32':
    case 'float64':
      return new JsonFloat(cell as number);
    case 'list':
      return (cell as readonly Cell[]).map((item) => cellJson(type.item, item));
    case 'struct':
      return new Map(structEntries(type, cell).map(([name, field, value]) => [name, cellJson(field, value)]));
    case 'map':
      return new Map(
        (cell as readonly CellEntry[]).map(([key, value]) => [
          pythonText(cellJson(type.key, key)),
          cellJson(type.value, value),
        ]),
      );
    case 'bytes':
    case 'other':
      throw new ValueProblem('holds bytes, which JSON cannot');
    default:
      return cellText(type, cell);
  }
}

/** Name, type and cell of each member. */
export function structEntries(
  type: SourceType & { kind: 'struct' },
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
  switch (type.kind) {
    case 'date':
    case 'timestamp':
      return epochSeconds(type, cell);
    case 'time':
    case 'decimal':
      return cellText(type, cell);
    case 'integer':
      if (typeof cell === 'bigint' && BigInt.asIntN(64, cell) !== cell) throw new ValueProblem('does not fit 64 bits');
      return cell as number | bigint;
    default:
      return cell as FeatureScalar;
  }
}
