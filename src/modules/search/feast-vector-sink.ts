import { decodeValue, encodeValue } from '../../common/codec/value.codec.js';
import { ValueType } from '../../common/model/value.js';
import type { CellSink } from '../online-store/online-store.js';

/**
 * Turns vectors into what Feast's search makes of them: the bytes of the numbers, each byte as a number.
 *
 * Source: the recordings of searches by vector.
 */
export function feastVectorSink(sink: CellSink, vectorField: number): CellSink {
  return {
    begin: () => sink.begin(),
    row: (view, row, eventTimeMicros) => sink.row(view, row, eventTimeMicros),
    // oxlint-disable-next-line max-params -- the port
    cell: (view, field, row, bytes, start, end) => {
      if (field !== vectorField) return sink.cell(view, field, row, bytes, start, end);
      const blown = bytesAsNumbers(bytes.subarray(start, end));
      return sink.cell(view, field, row, blown, 0, blown.length);
    },
  };
}

function bytesAsNumbers(value: Uint8Array): Uint8Array {
  const decoded = decodeValue(value);
  if (decoded?.type !== ValueType.FLOAT_LIST) return value;
  const packed = new Uint8Array(Float32Array.from(decoded.value as readonly number[]).buffer);
  return encodeValue({ type: ValueType.FLOAT_LIST, value: [...packed] });
}
