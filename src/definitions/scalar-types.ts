import { FIELD_TYPE, type FieldOptions, type ScalarName, type ScalarType } from './field-type.js';
import { frozenCopy } from './frozen-copy.js';

/** Any JSON document. */
export type Json =
  null | boolean | number | string | readonly Json[] | { readonly [member: string]: Json | undefined };

/** What a map holds. Feast keeps each member with a type of its own. */
export type MapValue =
  null | boolean | number | bigint | string | readonly MapValue[] | { readonly [key: string]: MapValue };

export type MapRow = Readonly<Record<string, MapValue>>;

/** Keys of a `scalarMap` are not texts; texts stand for UUIDs and decimals. */
export type ScalarKey = boolean | number | bigint | string | Date | Uint8Array;

/** A point in time, and the zone that it was written in. */
export interface ZonedTime {
  readonly time: Date;
  /** An IANA name or an offset; empty means UTC. */
  readonly zone: string;
}

export interface Bytes extends ScalarType<'BYTES', Uint8Array, Uint8Array, null> {}
export interface PdfBytes extends ScalarType<'PDF_BYTES', Uint8Array, Uint8Array, null> {}
export interface ImageBytes extends ScalarType<'IMAGE_BYTES', Uint8Array, Uint8Array, null> {}
export interface Text extends ScalarType<'STRING', string> {}
export interface Int32 extends ScalarType<'INT32', number> {}
export interface Int64 extends ScalarType<'INT64', number, number | bigint> {}
export interface Float32 extends ScalarType<'FLOAT32', number> {}
export interface Float64 extends ScalarType<'FLOAT64', number> {}
export interface Bool extends ScalarType<'BOOL', boolean> {}
export interface UnixTimestamp extends ScalarType<'UNIX_TIMESTAMP', Date> {}
export interface Uuid extends ScalarType<'UUID', string> {}
export interface TimeUuid extends ScalarType<'TIME_UUID', string> {}
export interface Decimal extends ScalarType<'DECIMAL', string> {}
export interface MapType extends ScalarType<'MAP', MapRow> {}
export interface JsonType extends ScalarType<'JSON', Json> {}
export interface ScalarMap extends ScalarType<
  'SCALAR_MAP',
  ReadonlyMap<ScalarKey, MapValue>,
  ReadonlyMap<ScalarKey, MapValue>,
  null
> {}
export interface ZonedTimestamp extends ScalarType<'ZONED_TIMESTAMP', ZonedTime, ZonedTime, null> {}

/** Bytes. JSON cannot carry them, so a push can only say null. */
export const bytes: Bytes = scalarType('BYTES');
/** The bytes of a PDF document. */
export const pdfBytes: PdfBytes = scalarType('PDF_BYTES');
/** The bytes of an image. */
export const imageBytes: ImageBytes = scalarType('IMAGE_BYTES');
export const string: Text = scalarType('STRING');
export const int32: Int32 = scalarType('INT32');
/** A whole number of 64 bits. A transformation gets a `number`, and may return a `bigint` too. */
export const int64: Int64 = scalarType('INT64');
export const float32: Float32 = scalarType('FLOAT32');
export const float64: Float64 = scalarType('FLOAT64');
export const bool: Bool = scalarType('BOOL');
/** A point in time, stored in whole seconds. */
export const unixTimestamp: UnixTimestamp = scalarType('UNIX_TIMESTAMP');
export const uuid: Uuid = scalarType('UUID');
/** A UUID that tells the time (version 1). */
export const timeUuid: TimeUuid = scalarType('TIME_UUID');
/** A decimal number of any precision, as text: `'1.10'`. */
export const decimal: Decimal = scalarType('DECIMAL');
/** Texts to values, each of a type of its own. */
export const map: MapType = scalarType('MAP');
/** A JSON document, stored as text. */
export const json: JsonType = scalarType('JSON');
/** A map whose keys are not texts. JSON cannot carry it, so a push can only say null. */
export const scalarMap: ScalarMap = scalarType('SCALAR_MAP');
/** A point in time with its zone. JSON cannot carry it, so a push can only say null. */
export const zonedTimestamp: ZonedTimestamp = scalarType('ZONED_TIMESTAMP');

function scalarType<Type>(kind: ScalarName): Type {
  const shape = Object.freeze({ kind });
  const withOptions = (options: FieldOptions): object =>
    Object.freeze({ [FIELD_TYPE]: Object.freeze({ kind, shape, options: frozenCopy(options) }) });
  const plain = { [FIELD_TYPE]: Object.freeze({ kind, shape, options: undefined }) };
  return Object.freeze(Object.assign(withOptions, plain)) as never;
}
