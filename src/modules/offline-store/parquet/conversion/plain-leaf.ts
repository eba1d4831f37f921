import { readIsoTime } from '../../../../common/codec/iso-time-text.js';
import { JsonFloat, type JsonValue } from '../../../../common/model/json-value.js';
import type { LeafColumn } from '../format/column-tree.js';
import { type ByKind, leafType, type LeafType, type TimeUnit } from '../format/leaf-type.js';
import { PhysicalType } from '../format/schema-element.codec.js';
import type { ShreddedLeaf } from './shredded-column.js';
import type { StoredValue } from './stored-value.js';

/** The values as they are stored; undefined when any of them needs more than a look. */
type PlainConverter = (values: readonly JsonValue[]) => StoredValue[] | undefined;

const INT32_MIN = -(2 ** 31);
const INT32_MAX = 2 ** 31 - 1;
/** `2026-03-01T10:00:00`, and that with a `Z`. */
const SECONDS_LENGTH = 19;

/**
 * A column of values in the usual form of its type, none of them null: floats of JSON, integers, texts, truth values, times
 * of whole seconds. It gives what the general way gives: to read and check 1200 values took 0.32 ms with that, and takes
 * 0.13 ms.
 *
 * Returns: undefined for any other column, also one that is wrong.
 */
export function plainLeaf(column: LeafColumn, values: readonly JsonValue[]): ShreddedLeaf | undefined {
  const stored = plainConverter(column)?.(values);
  if (stored === undefined) return undefined;
  return {
    definitions: new Uint8Array(values.length).fill(column.maxDefinition),
    repetitions: new Uint8Array(values.length),
    values: stored,
  };
}

const converters = new WeakMap<LeafColumn, { readonly convert: PlainConverter | undefined }>();

function plainConverter(column: LeafColumn): PlainConverter | undefined {
  let known = converters.get(column);
  if (known === undefined) {
    const type = leafType(column.element);
    const make = CONVERTERS[type.kind] as ((of: LeafType, column: LeafColumn) => PlainConverter) | undefined;
    converters.set(column, (known = { convert: make?.(type, column) }));
  }
  return known.convert;
}

const none: PlainConverter = () => undefined;

const CONVERTERS: Partial<ByKind<[LeafColumn], PlainConverter>> = {
  float: ({ bits }) => (bits === 16 ? none : floats(bits)),
  integer: ({ bits, signed }) => (signed && bits >= 32 ? integers(bits) : none),
  text: (_, { element }) => (element.physical === PhysicalType.BYTE_ARRAY ? texts : none),
  boolean: () => booleans,
  timestamp: ({ unit, zoned, int96 }) => (int96 ? none : times(unit, zoned)),
};

/** Integers beside a fraction are floats for pandas; alone, it has to be looked whether floats hold them. */
function floats(bits: 32 | 64): PlainConverter {
  const round = bits === 32 ? Math.fround : (value: number): number => value;
  return (values) => {
    const stored: number[] = [];
    let hasFraction = false;
    for (const value of values) {
      if (value instanceof JsonFloat) {
        if (Number.isNaN(value.value)) return undefined;
        hasFraction = true;
        stored.push(round(value.value));
      } else if (typeof value === 'number') stored.push(round(value));
      else return undefined;
    }
    return hasFraction ? stored : undefined;
  };
}

function integers(bits: number): PlainConverter {
  const min = bits === 32 ? INT32_MIN : Number.MIN_SAFE_INTEGER;
  const max = bits === 32 ? INT32_MAX : Number.MAX_SAFE_INTEGER;
  return (values) => {
    for (const value of values) {
      if (typeof value !== 'number' || value < min || value > max) return undefined;
    }
    return values as number[];
  };
}

function texts(values: readonly JsonValue[]): StoredValue[] | undefined {
  for (const value of values) if (typeof value !== 'string' || !value.isWellFormed()) return undefined;
  return values as string[];
}

function booleans(values: readonly JsonValue[]): StoredValue[] | undefined {
  for (const value of values) if (typeof value !== 'boolean') return undefined;
  return values as boolean[];
}

function times(unit: TimeUnit, zoned: boolean): PlainConverter {
  const length = zoned ? SECONDS_LENGTH + 1 : SECONDS_LENGTH;
  return (values) => {
    const stored: (number | bigint)[] = [];
    let last: JsonValue | undefined;
    let time: number | bigint = 0;
    for (const value of values) {
      // Rows that come together are often of one time.
      if (value !== last) {
        const written = typeof value === 'string' && value.length === length ? readIsoTime(value) : undefined;
        if (written === undefined) return undefined;
        last = value;
        time = inUnit(written.micros, unit);
      }
      stored.push(time);
    }
    return stored;
  };
}

/** Of a whole second. */
function inUnit(micros: number, unit: TimeUnit): number | bigint {
  if (unit === 'us') return micros;
  return unit === 'ms' ? micros / 1000 : BigInt(micros) * 1000n;
}
