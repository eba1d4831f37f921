import { truncateToInteger } from '../../common/codec/python-number.js';
import { convertTypedColumn } from '../../common/codec/typed-column.js';
import { ValueProblem } from '../../common/codec/value-problem.js';
import type { JsonValue } from '../../common/model/json-value.js';
import { ValueType, type FeaturePayload, type ValueTypeNumber } from '../../common/model/value.js';
import { cellJson, cellText, epochSeconds, type Cell } from './cell.js';
import { bytesText, float32Text } from './python-cell-text.js';
import type { SourceKind, SourceType, SourceTypeOf } from './source-type.js';

/** A cell that is not null as the payload of the declared type. Errors: ValueProblem. */
export type CellConversion = (cell: Cell) => FeaturePayload | null;

type Rule = (type: SourceType, declared: ValueTypeNumber) => CellConversion;

/** Numbers, booleans and texts: as a column of JSON values is converted. */
const asJson: Rule = (type, declared) => (cell) => convertJson(declared, cellJson(type, cell));
const asText: Rule = (type) => (cell) => cellText(type, cell);
const asSeconds: Rule = (type) => (cell) => epochSeconds(type, cell);
const asIs: Rule = () => (cell) => cell as FeaturePayload;
const asZoned: Rule = (type) => (cell) => ({
  seconds: epochSeconds(type, cell),
  zone: type.kind === 'timestamp' && type.zoned ? 'UTC' : '',
});
/** As for integers: text of the whole part. */
const asWholePart: Rule = (type, declared) => {
  const { scale } = type as SourceTypeOf<'decimal'>;
  return (cell) => convertJson(declared, normalised((cell as bigint) / 10n ** BigInt(scale)));
};
const asDouble: Rule = (type) => (cell) => Number(cellText(type, cell));
const asFloat: Rule = (type) => (cell) => Math.fround(Number(cellText(type, cell)));
const asNanos: Rule = () => (cell) => normalised(cell as bigint);

const { INT32, INT64, FLOAT, DOUBLE, BOOL, UNIX_TIMESTAMP, STRING, BYTES } = ValueType;
const { UUID, TIME_UUID, DECIMAL, ZONED_TIMESTAMP } = ValueType;

type Rules = ReadonlyMap<ValueTypeNumber, Rule>;

function rules(...groups: readonly (readonly [Rule, ...ValueTypeNumber[]])[]): Rules {
  return new Map(groups.flatMap(([rule, ...types]) => types.map((type) => [type, rule] as const)));
}

const RULES: Readonly<Partial<Record<SourceKind, Rules>>> = {
  integer: rules(
    [asJson, INT32, INT64, FLOAT, DOUBLE, BOOL, UNIX_TIMESTAMP, STRING],
    [() => (cell) => String(cell), DECIMAL],
  ),
  float64: rules([asJson, INT32, INT64, FLOAT, DOUBLE, UNIX_TIMESTAMP, STRING]),
  float32: rules(
    [asJson, INT32, INT64, FLOAT, DOUBLE],
    [() => (cell) => (Number.isNaN(cell) ? null : float32Text(cell as number)), STRING],
    [() => truncatedSeconds, UNIX_TIMESTAMP],
  ),
  boolean: rules([asJson, BOOL, INT32, INT64, FLOAT, UNIX_TIMESTAMP, STRING]),
  text: rules([asJson, STRING, INT32, INT64, FLOAT, UNIX_TIMESTAMP, UUID, TIME_UUID, DECIMAL]),
  bytes: rules([asIs, BYTES], [() => (cell) => bytesText(cell as Uint8Array), STRING]),
  uuid: rules(
    [asText, UUID, TIME_UUID, STRING],
    [() => (cell) => Buffer.from((cell as string).replaceAll('-', ''), 'hex'), BYTES],
  ),
  date: rules([asSeconds, UNIX_TIMESTAMP], [asText, STRING], [asZoned, ZONED_TIMESTAMP]),
  timestamp: rules([asSeconds, UNIX_TIMESTAMP], [asText, STRING], [asZoned, ZONED_TIMESTAMP]),
  time: rules([asText, STRING]),
  decimal: rules(
    [asText, DECIMAL, STRING],
    [asWholePart, INT32, INT64, UNIX_TIMESTAMP],
    [asDouble, DOUBLE],
    [asFloat, FLOAT],
  ),
};

const NANOSECOND_RULES = rules([asNanos, INT64], [() => (cell) => Math.fround(Number(cell)), FLOAT]);

const NESTED: ReadonlySet<SourceKind> = new Set(['list', 'struct', 'map']);

/**
 * How cells become a scalar type; undefined when they cannot.
 *
 * Shape:  lists, structs and maps become null in every scalar type; floats become the null sentinel of UNIX_TIMESTAMP
 *         when they have 64 bits, seconds when they have 32.
 * Source: conversions.json, and spec/values.md part 2.2.
 */
export function scalarConversion(type: SourceType, declared: ValueTypeNumber): CellConversion | undefined {
  if (NESTED.has(type.kind)) return () => null;
  const isNanos = type.kind === 'timestamp' && type.unit === 'ns';
  const rule = RULES[type.kind]?.get(declared) ?? (isNanos ? NANOSECOND_RULES.get(declared) : undefined);
  return rule?.(type, declared);
}

/** One JSON value as the payload of a type, by the rules of whole columns. Errors: ValueProblem. */
export function convertJson(declared: ValueTypeNumber, value: JsonValue): FeaturePayload | null {
  return convertTypedColumn(declared, [value]).values[0] ?? null;
}

/** A number while it is safe. */
export function normalised(value: bigint): number | bigint {
  return Number.isSafeInteger(Number(value)) ? Number(value) : value;
}

function truncatedSeconds(cell: Cell): FeaturePayload | null {
  const value = cell as number;
  if (Number.isNaN(value)) return null;
  if (!Number.isFinite(value)) throw new ValueProblem('is not a finite number');
  return truncateToInteger(value);
}
