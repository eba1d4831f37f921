import { leafType } from '../format/leaf-type.js';
import { PhysicalType, type SchemaElement } from '../format/schema-element.codec.js';
import { decimalConverter } from './decimal-conversion.js';
import { floatConverter, halfFloatBytes, integerConverter, toBoolean } from './number-conversion.js';
import { misfit, type ColumnContext, type LeafConverter } from './stored-value.js';
import { binaryConverter, toText, toUuid } from './text-conversion.js';
import { timeConverter, timestampConverter, toDate } from './time-conversion.js';

/** How JSON becomes a value of one leaf: what Feast accepts is stored as Feast stores it, unless digits would be lost. */
export function leafConverter(element: SchemaElement, context: ColumnContext): LeafConverter {
  const type = leafType(element);
  switch (type.kind) {
    case 'boolean':
      return toBoolean;
    case 'integer':
      return storedInteger(integerConverter(type.bits, type.signed), element);
    case 'float':
      return storedFloat(floatConverter(type.bits, context), type.bits);
    case 'text':
      return toText;
    case 'binary':
      return binaryConverter(type.length);
    case 'uuid':
      return toUuid;
    case 'decimal':
      return decimalConverter(type.precision, type.scale, element);
    case 'date':
      return toDate;
    case 'time':
      return timeConverter(type.unit);
    case 'timestamp':
      return timestampConverter(type, context);
    case 'null':
      return () => misfit('is not null');
    case 'other':
      return () => misfit('cannot be given as JSON');
  }
}

/** Unsigned integers share the bits of the signed ones. */
function storedInteger(convert: LeafConverter, { physical }: SchemaElement): LeafConverter {
  if (physical !== PhysicalType.INT32) return (value) => BigInt.asIntN(64, BigInt(convert(value) as bigint));
  return (value) => Number(BigInt.asIntN(32, BigInt(convert(value) as bigint)));
}

function storedFloat(convert: LeafConverter, bits: number): LeafConverter {
  return bits === 16 ? (value) => halfFloatBytes(convert(value) as number) : convert;
}
