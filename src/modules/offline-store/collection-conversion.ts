import { readJsonText } from '../../common/codec/json-text-reader.js';
import { ValueProblem } from '../../common/codec/value-problem.js';
import { JsonFloat, type JsonValue } from '../../common/model/json-value.js';
import {
  NULL_TIMESTAMP,
  ValueType,
  type FeatureScalar,
  type ValueTypeName,
  type ValueTypeNumber,
} from '../../common/model/value.js';
import { cellJson, cellText, epochSeconds, wholeSeconds, type Cell } from './cell.js';
import { convertJson, type CellConversion } from './scalar-conversion.js';
import type { SourceKind, SourceType } from './source-type.js';

/** What the items of a list must be for Feast, and which kinds of columns hold such items. */
type Family = 'integers' | 'floats' | 'booleans' | 'texts' | 'uuids' | 'decimals' | 'bytes' | 'times';

const FAMILY_TYPES: Readonly<Record<Family, readonly ValueTypeName[]>> = {
  integers: ['INT32_LIST', 'INT64_LIST', 'INT32_SET', 'INT64_SET'],
  floats: ['FLOAT_LIST', 'DOUBLE_LIST', 'FLOAT_SET', 'DOUBLE_SET'],
  booleans: ['BOOL_LIST', 'BOOL_SET'],
  texts: ['STRING_LIST', 'STRING_SET'],
  uuids: ['UUID_LIST', 'UUID_SET', 'TIME_UUID_LIST', 'TIME_UUID_SET'],
  decimals: ['DECIMAL_LIST', 'DECIMAL_SET'],
  bytes: ['BYTES_LIST', 'BYTES_SET'],
  times: ['UNIX_TIMESTAMP_LIST', 'UNIX_TIMESTAMP_SET'],
};

const FAMILIES: ReadonlyMap<ValueTypeNumber, Family> = new Map(
  (Object.keys(FAMILY_TYPES) as Family[]).flatMap((family) =>
    FAMILY_TYPES[family].map((name) => [ValueType[name], family] as const),
  ),
);

const ITEM_KINDS: Readonly<Record<Family, readonly SourceKind[]>> = {
  integers: ['integer'],
  floats: ['float32', 'float64', 'integer'],
  booleans: ['boolean'],
  texts: ['text', 'uuid'],
  uuids: ['text', 'uuid'],
  decimals: ['text', 'decimal'],
  bytes: ['bytes'],
  times: ['integer', 'timestamp', 'date'],
};

/** Lists whose items a text is split into, character by character. */
const TEXT_FAMILIES: ReadonlySet<Family> = new Set(['texts', 'uuids', 'decimals']);

const BYTES_SET = ValueType.BYTES_SET;

/**
 * How cells become a list or set of scalars; undefined when they cannot.
 *
 * Shape:  null items become what stands for null in the type, NaN in floats. A text is a list of its characters. Bytes
 *         are JSON text of a list.
 * Errors: the conversion throws ValueProblem.
 * Source: conversions.json, and spec/values.md part 2.3.
 */
export function collectionConversion(
  type: SourceType,
  declared: ValueTypeNumber,
): CellConversion | undefined {
  const family = FAMILIES.get(declared);
  if (family === undefined) return undefined;
  if (type.kind === 'text')
    return TEXT_FAMILIES.has(family) ? (cell) => convertJson(declared, cell as string) : undefined;
  if (type.kind === 'bytes') {
    return family === 'bytes' ? undefined : (cell) => convertJson(declared, parsedBytes(cell, family));
  }
  if (type.kind !== 'list' || !ITEM_KINDS[family].includes(type.item.kind)) return undefined;
  if (family === 'bytes') return (cell) => bytesItems(cell as readonly Cell[], declared === BYTES_SET);
  const item = itemReader(family, type.item, declared);
  return (cell) => convertJson(declared, (cell as readonly Cell[]).map(item));
}

type ReadItem = (item: Cell) => JsonValue;

function itemReader(family: Family, type: SourceType, declared: ValueTypeNumber): ReadItem {
  if (family === 'integers') return integerItem;
  if (family === 'floats') return (item) => new JsonFloat(item === null ? Number.NaN : Number(item));
  if (family === 'times') return (item) => timeItem(type, item, declared);
  if (family === 'decimals') return (item) => (item === null ? null : cellText(type, item));
  return (item) => cellJson(type, item);
}

/** Feast has floats in the place of such a list, and refuses those. */
export const NULL_INTEGER = 'holds a null, which a list of integers cannot';

function integerItem(item: Cell): JsonValue {
  if (item === null) throw new ValueProblem(NULL_INTEGER);
  return item as number | bigint;
}

/** Before 1970, Feast cuts the fraction of a second off in a list, but goes to the second before in a set. */
function timeItem(type: SourceType, item: Cell, declared: ValueTypeNumber): JsonValue {
  if (item === null) return NULL_TIMESTAMP;
  if (type.kind === 'integer') return integerItem(item);
  return declared === ValueType.UNIX_TIMESTAMP_LIST ? wholeSeconds(type, item) : epochSeconds(type, item);
}

/** Sets keep the order of the list, for want of the order that Feast gives them, which is random. */
function bytesItems(items: readonly Cell[], isSet: boolean): FeatureScalar[] {
  const bytes = items.map((item) => (item === null ? new Uint8Array(0) : (item as Uint8Array)));
  if (!isSet) return bytes;
  return [...new Map(bytes.map((item) => [Buffer.from(item).toString('latin1'), item])).values()];
}

function parsedBytes(cell: Cell, family: Family): JsonValue {
  try {
    const parsed = readJsonText(new TextDecoder('utf-8', { fatal: true }).decode(cell as Uint8Array));
    if (Array.isArray(parsed))
      return family === 'floats' ? parsed.map(asFloat) : (parsed as readonly JsonValue[]);
  } catch {
    // Said below.
  }
  throw new ValueProblem('is neither a list nor the JSON text of one');
}

function asFloat(item: JsonValue): JsonValue {
  return typeof item === 'number' ? new JsonFloat(item) : item;
}
