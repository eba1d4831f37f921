import type { DuckDBVector } from '@duckdb/node-api';
import { WireWriter } from '../../../common/codec/protobuf-wire.js';
import { ValueProblem } from '../../../common/codec/value-problem.js';
import { encodeValue } from '../../../common/codec/value.codec.js';
import type { FeaturePayload, ValueTypeNumber } from '../../../common/model/value.js';
import { cellConversion, nullPayload } from '../cell-conversion.js';
import { PackedCells } from '../../../common/codec/packed-cells.js';
import type { SourceType } from '../source-type.js';
import { cellOf } from './duckdb-cell.js';
import { valueWriter } from './value-writer.js';
import { vectorNulls } from './vector-memory.js';

/**
 * Encodes the first `rowCount` values of a chunk of a column.
 *
 * Errors: ValueProblem with the row.
 */
export type EncodeColumn = (vector: DuckDBVector, rowCount: number) => PackedCells;

/** The value of a row as the payload of the declared type. Errors: ValueProblem. */
export type ReadPayload = (vector: DuckDBVector, row: number) => FeaturePayload | null;

const NO_BYTES = new Uint8Array(0);
const writer = new WireWriter(64 * 1024);

/** Undefined when a column of this type cannot be stored as the declared one. */
export function columnEncoder(type: SourceType, declared: ValueTypeNumber): EncodeColumn | undefined {
  const ofNull = nullPayload(type, declared);
  const nullBytes = ofNull === null ? NO_BYTES : encodeValue({ type: declared, value: ofNull });
  const bind = valueWriter(type, declared);
  if (bind !== undefined) {
    return (vector, rowCount) => {
      const write = bind(vector);
      return writeColumn(vector, { rowCount, nullBytes }, (row) => write(writer, row));
    };
  }
  const read = payloadReader(type, declared);
  if (read === undefined) return undefined;
  return (vector, rowCount) =>
    writeColumn(vector, { rowCount, nullBytes }, (row) => {
      const value = read(vector, row);
      if (value !== null) writer.raw(encodeValue({ type: declared, value }));
    });
}

/** Undefined when a column of this type cannot be stored as the declared one. The row must not be null. */
export function payloadReader(type: SourceType, declared: ValueTypeNumber): ReadPayload | undefined {
  const convert = cellConversion(type, declared);
  return convert && ((vector, row) => convert(cellOf(type, vector.getItem(row))));
}

interface Cells {
  readonly rowCount: number;
  readonly nullBytes: Uint8Array;
}

function writeColumn(
  vector: DuckDBVector,
  { rowCount, nullBytes }: Cells,
  write: (row: number) => void,
): PackedCells {
  const isNull = vectorNulls(vector);
  const offsets = new Uint32Array(rowCount + 1);
  writer.reset();
  let row = 0;
  try {
    for (; row < rowCount; row++) {
      if (isNull?.(row) === true) writer.raw(nullBytes);
      else write(row);
      offsets[row + 1] = writer.length;
    }
  } catch (error) {
    if (error instanceof ValueProblem) error.row = row;
    throw error;
  }
  return new PackedCells(writer.toBytes(), offsets);
}
