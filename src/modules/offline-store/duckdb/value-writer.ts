import type { DuckDBListVector, DuckDBVector } from '@duckdb/node-api';
import { WireType, type WireWriter } from '../../../common/codec/protobuf-wire.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { ValueType, type ValueTypeNumber } from '../../../common/model/value.js';
import { NULL_INTEGER } from '../collection-conversion.js';
import type { SourceKind, SourceType, SourceTypeOf } from '../source-type.js';
import { integerItems, writeInteger, type IntegerType, type WriteItem } from './integer-writer.js';
import { vectorItems, vectorNulls, vectorTexts } from './vector-memory.js';

/** Writes the Value of a row that is not null. Errors: ValueProblem. */
export type WriteValue = (out: WireWriter, row: number) => void;

/** Makes the writer for one chunk of a column. */
export type BindWriter = (vector: DuckDBVector) => WriteValue;

/** The one field of list messages. */
const ITEMS = 1;
const SECONDS_PER_DAY = 86_400;
const MICROS_PER_SECOND = 1_000_000;
const { INT32, INT64, FLOAT, DOUBLE, BOOL, UNIX_TIMESTAMP, STRING, UUID, TIME_UUID, DECIMAL } = ValueType;
const { INT32_LIST, INT64_LIST, FLOAT_LIST, DOUBLE_LIST } = ValueType;

type MakeWriter = (type: SourceType, declared: ValueTypeNumber) => BindWriter;

/**
 * The writers for pairs that are met often: from the memory of a chunk to the bytes of Values, with no object in between.
 * They write the same bytes as `cellConversion` and `encodeValue`, which do all other pairs; undefined for those.
 */
export function valueWriter(type: SourceType, declared: ValueTypeNumber): BindWriter | undefined {
  if (type.kind === 'list') return listWriter(type.item, declared);
  return SCALARS[type.kind]?.get(declared)?.(type, declared);
}

const SCALARS: Readonly<Partial<Record<SourceKind, ReadonlyMap<ValueTypeNumber, MakeWriter>>>> = {
  integer: new Map<ValueTypeNumber, MakeWriter>([
    [INT32, integerWriter],
    [INT64, integerWriter],
    [UNIX_TIMESTAMP, integerWriter],
    [FLOAT, floatWriter],
    [DOUBLE, floatWriter],
  ]),
  float32: new Map<ValueTypeNumber, MakeWriter>([
    [FLOAT, floatWriter],
    [DOUBLE, floatWriter],
  ]),
  float64: new Map<ValueTypeNumber, MakeWriter>([
    [FLOAT, floatWriter],
    [DOUBLE, floatWriter],
  ]),
  boolean: new Map<ValueTypeNumber, MakeWriter>([[BOOL, boolWriter]]),
  text: new Map<ValueTypeNumber, MakeWriter>([
    [STRING, textWriter],
    [UUID, textWriter],
    [TIME_UUID, textWriter],
    [DECIMAL, textWriter],
  ]),
  timestamp: new Map<ValueTypeNumber, MakeWriter>([[UNIX_TIMESTAMP, secondsWriter]]),
  date: new Map<ValueTypeNumber, MakeWriter>([[UNIX_TIMESTAMP, daysWriter]]),
};

function integerWriter(type: SourceType, declared: ValueTypeNumber): BindWriter {
  return (vector) => {
    const writeItem = integerItems(type as IntegerType, declared === INT32 ? 32 : 64, vector);
    return (out, row) => {
      out.tag(declared, WireType.VARINT);
      writeItem(out, row);
    };
  };
}

/** Of floats, NaN is null; integers are never NaN. */
function floatWriter(_type: SourceType, declared: ValueTypeNumber): BindWriter {
  return (vector) => {
    const items = vectorItems(vector);
    return (out, row) => {
      const value = Number(items[row]);
      if (Number.isNaN(value)) return;
      if (declared === FLOAT) {
        out.tag(FLOAT, WireType.FIXED32);
        out.fixed32(value);
      } else {
        out.tag(DOUBLE, WireType.FIXED64);
        out.fixed64(value);
      }
    };
  };
}

function boolWriter(): BindWriter {
  return (vector) => (out, row) => {
    out.tag(BOOL, WireType.VARINT);
    out.varint(vector.getItem(row) === true ? 1 : 0);
  };
}

function textWriter(_type: SourceType, declared: ValueTypeNumber): BindWriter {
  return (vector) => {
    const textAt = vectorTexts(vector);
    return (out, row) => {
      out.tag(declared, WireType.LENGTH);
      out.bytes(textAt(row));
    };
  };
}

function secondsWriter(type: SourceType): BindWriter {
  const { unit } = type as SourceTypeOf<'timestamp'>;
  const perSecond = unit === 'ns' ? BigInt(MICROS_PER_SECOND) * 1000n : BigInt(MICROS_PER_SECOND);
  return (vector) => {
    const items = vectorItems(vector);
    return (out, row) => {
      const ticks = items[row] as bigint;
      const seconds = ticks / perSecond;
      out.tag(UNIX_TIMESTAMP, WireType.VARINT);
      writeInteger(out, Number(ticks < 0n && seconds * perSecond !== ticks ? seconds - 1n : seconds));
    };
  };
}

function daysWriter(): BindWriter {
  return (vector) => {
    const items = vectorItems(vector);
    return (out, row) => {
      out.tag(UNIX_TIMESTAMP, WireType.VARINT);
      writeInteger(out, (items[row] as number) * SECONDS_PER_DAY);
    };
  };
}

/** Lists of numbers: embeddings for the most part. */
function listWriter(item: SourceType, declared: ValueTypeNumber): BindWriter | undefined {
  if (declared === FLOAT_LIST || declared === DOUBLE_LIST) {
    const isNumber = item.kind === 'float32' || item.kind === 'float64' || item.kind === 'integer';
    return isNumber ? (vector) => writeLists(declared, vector, floatItems(declared, vector)) : undefined;
  }
  const isIntegers = (declared === INT32_LIST || declared === INT64_LIST) && item.kind === 'integer';
  return isIntegers
    ? (vector) => writeLists(declared, vector, integersOf(item, declared, vector))
    : undefined;
}

function writeLists(declared: ValueTypeNumber, vector: DuckDBVector, writeItem: WriteItem): WriteValue {
  const lists = vector as DuckDBListVector;
  return (out, row) => {
    const from = lists.getEntryOffset(row);
    const to = from + lists.getEntryLength(row);
    out.lengthDelimited(declared, () => {
      if (to === from) return;
      out.lengthDelimited(ITEMS, () => {
        for (let i = from; i < to; i++) writeItem(out, i);
      });
    });
  };
}

function floatItems(declared: ValueTypeNumber, vector: DuckDBVector): WriteItem {
  const child = (vector as DuckDBListVector).childVector;
  const items = vectorItems(child);
  const isNull = vectorNulls(child);
  return (out, index) => {
    const value = isNull?.(index) === true ? Number.NaN : Number(items[index]);
    if (declared === FLOAT_LIST) out.fixed32(value);
    else out.fixed64(value);
  };
}

function integersOf(item: IntegerType, declared: ValueTypeNumber, vector: DuckDBVector): WriteItem {
  const child = (vector as DuckDBListVector).childVector;
  const isNull = vectorNulls(child);
  const writeItem = integerItems(item, declared === INT32_LIST ? 32 : 64, child);
  if (isNull === undefined) return writeItem;
  return (out, index) => {
    if (isNull(index)) throw new ValueProblem(NULL_INTEGER);
    writeItem(out, index);
  };
}
