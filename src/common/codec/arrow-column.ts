import { JsonFloat, type JsonObject, type JsonValue } from '../model/json-value.js';
import { requireEncodable } from './scalar-value.codec.js';
import { ValueProblem } from './value-problem.js';

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
/** Every object gets the keys of all others: beyond this, and this many times the keys sent, that is refused. */
const MAX_STRUCT_CELLS = 1_000_000;
const MAX_STRUCT_GROWTH = 8;

/** The types that Arrow infers from JSON. `hasNulls` counts over all rows together. */
export type ArrowType =
  | { readonly kind: 'null' | 'string' | 'double' }
  | { readonly kind: 'bool' | 'int64'; readonly hasNulls: boolean }
  | { readonly kind: 'list'; readonly item: ArrowType }
  | { readonly kind: 'struct'; readonly fields: ReadonlyMap<string, ArrowType> };

export interface ArrowColumn {
  readonly type: ArrowType;
  /** As they come back from Arrow: see `arrowColumn`. */
  readonly values: readonly JsonValue[];
}

/**
 * Values of one level, each with the row of the column that it is from, and the list that it is in: all of a column are
 * in one, each member of an object is in one of its own.
 */
interface Level {
  readonly values: readonly JsonValue[];
  readonly rows: readonly number[];
  readonly listAt: (at: number) => number;
}

type Kind = 'bool' | 'int64' | 'double' | 'string' | 'list' | 'struct';

/**
 * A column of texts, lists, objects or mixed values as it comes back from Arrow: the second of the three steps of a
 * written column.
 *
 * Shape:  all values get one type. NaN counts as null. In lists, integers become floats when any of them is a float or
 *         null, booleans where Arrow sees a float before them, and null numbers become NaN. Objects get the keys of all objects, null where they lack one, and
 *         their integers become floats when one of the same key is null.
 * Errors: ValueProblem with the row, where values have no common type, an integer does not fit, or a text is not UTF-8.
 * Source: spec/values.md part 3; checked against the types in value-input-vectors.json.
 */
export function arrowColumn(values: readonly JsonValue[]): ArrowColumn {
  const level: Level = { values, rows: values.map((_value, row) => row), listAt: () => 0 };
  const type = inferLevel(level);
  return { type, values: convertLevel(type, level) };
}

function isNull(value: JsonValue): boolean {
  return value === null || (value instanceof JsonFloat && Number.isNaN(value.value));
}

function kindOf(value: JsonValue): Kind {
  if (value instanceof JsonFloat) return 'double';
  if (value instanceof Map) return 'struct';
  if (Array.isArray(value)) return 'list';
  if (typeof value === 'string') return 'string';
  return typeof value === 'boolean' ? 'bool' : 'int64';
}

function inferLevel(level: Level): ArrowType {
  let common: Kind | undefined;
  let hasNulls = false;
  level.values.forEach((value, i) => {
    if (isNull(value)) hasNulls = true;
    else common = commonKind(common, kindOf(value), level, i);
  });
  switch (common) {
    case undefined:
      return { kind: 'null' };
    case 'list':
      return { kind: 'list', item: inferLevel(itemsOf(level)) };
    case 'struct':
      return inferStruct(level);
    case 'bool':
    case 'int64':
      return { kind: common, hasNulls };
    case 'double':
    case 'string':
      return { kind: common };
  }
}

function commonKind(common: Kind | undefined, kind: Kind, level: Level, at: number): Kind {
  if (common === undefined || common === kind) return kind;
  if (isNumber(common) && isNumber(kind)) return 'double';
  if (isScalar(common) && isScalar(kind) && floatsDecide(level)) return 'double';
  throw problemAt(
    level.rows[at]!,
    `mixes ${NOUNS[kind]} with ${NOUNS[common]}, in itself or with the rows before`,
    'mixed_types',
  );
}

/**
 * Whether booleans are taken as floats: Arrow looks at each list up to the first value that is no integer, and floats
 * decide wherever one is seen.
 */
function floatsDecide({ values, listAt }: Level): boolean {
  let decided: number | undefined;
  return values.some((value, i) => {
    if (listAt(i) === decided || isNull(value)) return false;
    const kind = kindOf(value);
    if (kind !== 'int64') decided = listAt(i);
    return kind === 'double';
  });
}

function isScalar(kind: Kind): boolean {
  return isNumber(kind) || kind === 'bool';
}

function isNumber(kind: Kind): boolean {
  return kind === 'int64' || kind === 'double';
}

const NOUNS: Readonly<Record<Kind, string>> = {
  bool: 'booleans',
  int64: 'numbers',
  double: 'numbers',
  string: 'texts',
  list: 'lists',
  struct: 'objects',
};

function itemsOf({ values, rows }: Level): Level {
  const itemValues: JsonValue[] = [];
  const itemRows: number[] = [];
  const lists: number[] = [];
  values.forEach((list, i) => {
    if (!Array.isArray(list)) return;
    for (const item of list as readonly JsonValue[]) {
      itemValues.push(item);
      itemRows.push(rows[i]!);
      lists.push(i);
    }
  });
  return { values: itemValues, rows: itemRows, listAt: (at) => lists[at]! };
}

/** The objects of a level, without the nulls between them. */
interface Structs {
  readonly objects: readonly JsonObject[];
  readonly rows: readonly number[];
}

function structsOf({ values, rows }: Level): Structs {
  const at = values.flatMap((value, i) => (value instanceof Map ? [i] : []));
  return { objects: at.map((i) => values[i] as JsonObject), rows: at.map((i) => rows[i]!) };
}

function fieldLevel({ objects, rows }: Structs, key: string): Level {
  return { values: objects.map((object) => object.get(key) ?? null), rows, listAt: (at) => at };
}

function inferStruct(level: Level): ArrowType {
  const structs = structsOf(level);
  const keys = new Set<string>();
  let members = 0;
  structs.objects.forEach((object, i) => {
    for (const key of object.keys()) keys.add(encodable(key, structs.rows[i]!));
    members += object.size;
    if (keys.size * structs.objects.length > Math.max(MAX_STRUCT_CELLS, members * MAX_STRUCT_GROWTH)) {
      throw problemAt(
        structs.rows[i]!,
        'brings too many keys that other rows lack: every object gets all of them',
      );
    }
  });
  const fields = [...keys].map((key): [string, ArrowType] => [key, inferLevel(fieldLevel(structs, key))]);
  return { kind: 'struct', fields: new Map(fields) };
}

function convertLevel(type: ArrowType, level: Level): readonly JsonValue[] {
  switch (type.kind) {
    case 'null':
      return level.values.map(() => null);
    case 'bool':
      return level.values.map((value) => (isNull(value) ? null : value));
    case 'string':
      return level.values.map((value, i) =>
        isNull(value) ? null : encodable(value as string, level.rows[i]!),
      );
    case 'int64':
      return convertIntegers(level, type.hasNulls);
    case 'double':
      return level.values.map((value, i) => toDouble(value, level.rows[i]!));
    case 'list':
      return convertLists(type.item, level);
    case 'struct':
      return convertStructs(type.fields, level);
  }
}

function convertIntegers({ values, rows }: Level, asFloats: boolean): readonly JsonValue[] {
  values.forEach((value, i) => {
    if (typeof value === 'bigint' && (value < INT64_MIN || value > INT64_MAX)) {
      throw problemAt(rows[i]!, 'holds an integer that does not fit 64 bits', 'int_range');
    }
  });
  return asFloats ? values.map((value) => new JsonFloat(isNull(value) ? NaN : Number(value))) : values;
}

/** Among floats, Arrow takes only integers that are exact as floats. */
function toDouble(value: JsonValue, row: number): JsonFloat {
  if (value instanceof JsonFloat) return value;
  if (value === null) return new JsonFloat(NaN);
  if (typeof value === 'bigint' && value !== 2n ** 53n && value !== -(2n ** 53n)) {
    throw problemAt(row, 'holds an integer among floats that is not exact as a float', 'int_range');
  }
  return new JsonFloat(Number(value));
}

function convertLists(item: ArrowType, level: Level): readonly JsonValue[] {
  const items = convertLevel(item, itemsOf(level));
  let at = 0;
  return level.values.map((list) => {
    if (!Array.isArray(list)) return null;
    at += list.length;
    return items.slice(at - list.length, at);
  });
}

function convertStructs(fields: ReadonlyMap<string, ArrowType>, level: Level): readonly JsonValue[] {
  const structs = structsOf(level);
  const converted = structs.objects.map(() => new Map<string, JsonValue>());
  for (const [key, type] of fields) {
    const values = convertLevel(type, fieldLevel(structs, key));
    values.forEach((value, i) => converted[i]!.set(key, isNull(value) ? null : value));
  }
  let next = 0;
  return level.values.map((value) => (value instanceof Map ? converted[next++]! : null));
}

function encodable(text: string, row: number): string {
  try {
    return requireEncodable(text);
  } catch (error) {
    if (error instanceof ValueProblem) error.row = row;
    throw error;
  }
}

function problemAt(row: number, reason: string, type?: string): ValueProblem {
  const problem = new ValueProblem(reason, type);
  problem.row = row;
  return problem;
}
