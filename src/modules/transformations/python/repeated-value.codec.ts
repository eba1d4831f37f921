import { CorruptDataError } from '../../../common/errors/errors.js';
import { decodeValue, writeValue } from '../../../common/codec/value.codec.js';
import { WireReader, WireType, WireWriter } from '../../../common/codec/protobuf-wire.js';
import type { FeatureValue } from '../../../common/model/value.js';

const VALUES = 1;
const VALUE_TAG = (VALUES << 3) | WireType.LENGTH;

/** A column as `feast.types.RepeatedValue`. Errors: InvalidValueError for a type that is none of Feast's. */
export function encodeValues(values: readonly FeatureValue[]): Uint8Array {
  const out = new WireWriter(8 * values.length);
  for (const value of values) out.lengthDelimited(VALUES, () => writeValue(out, value));
  return out.toBytes();
}

/** Errors: CorruptDataError. */
export function decodeValues(bytes: Uint8Array): FeatureValue[] {
  const reader = new WireReader(bytes, 0, bytes.length);
  const values: FeatureValue[] = [];
  while (reader.pos < reader.end) {
    if (reader.tag() !== VALUE_TAG) throw new CorruptDataError('a column of values is damaged');
    const end = reader.payloadEnd();
    values.push(decodeValue(bytes, reader.pos, end));
    reader.pos = end;
  }
  return values;
}
