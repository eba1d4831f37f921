import { leafType, type ByKind, type LeafType } from '../format/leaf-type.js';
import { PhysicalType, type SchemaElement } from '../format/schema-element.codec.js';
import { decimalConverter } from './decimal-conversion.js';
import { floatConverter, halfFloatBytes, integerConverter, toBoolean } from './number-conversion.js';
import { misfit, type ColumnContext, type LeafConverter } from './stored-value.js';
import { binaryConverter, toText, toUuid } from './text-conversion.js';
import { timeConverter, timestampConverter, toDate } from './time-conversion.js';

const CONVERTERS: ByKind<[SchemaElement, ColumnContext], LeafConverter> = {
  boolean: () => toBoolean,
  integer: ({ bits, signed }, element) => storedInteger(integerConverter(bits, signed), element),
  float: ({ bits }, _, context) => storedFloat(floatConverter(bits, context), bits),
  text: () => toText,
  binary: ({ length }) => binaryConverter(length),
  uuid: () => toUuid,
  decimal: ({ precision, scale }, element) => decimalConverter(precision, scale, element),
  date: () => toDate,
  time: ({ unit }) => timeConverter(unit),
  timestamp: (type, _, context) => timestampConverter(type, context),
  null: () => () => misfit('is not null'),
  other: () => () => misfit('cannot be given as JSON'),
};

/** How JSON becomes a value of one leaf: what Feast accepts is stored as Feast stores it, unless digits would be lost. */
export function leafConverter(element: SchemaElement, context: ColumnContext): LeafConverter {
  const type = leafType(element);
  const converter = CONVERTERS[type.kind] as (
    of: LeafType,
    element: SchemaElement,
    context: ColumnContext,
  ) => LeafConverter;
  return converter(type, element, context);
}

/** Unsigned integers share the bits of the signed ones. */
function storedInteger(convert: LeafConverter, { physical }: SchemaElement): LeafConverter {
  if (physical !== PhysicalType.INT32) return (value) => BigInt.asIntN(64, BigInt(convert(value) as bigint));
  return (value) => Number(BigInt.asIntN(32, BigInt(convert(value) as bigint)));
}

function storedFloat(convert: LeafConverter, bits: number): LeafConverter {
  return bits === 16 ? (value) => halfFloatBytes(convert(value) as number) : convert;
}
