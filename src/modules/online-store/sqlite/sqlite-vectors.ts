import type { WriteBatch } from '../../../common/model/write-batch.js';
import { DEFAULT_VECTOR_LENGTH, vectorCell } from './sqlite-cell.codec.js';

/** Whether a store with vectors takes the rows. Errors: InvalidValueError that names feature and row. */
export function requireVectorCells({ features, values, vectorLength }: WriteBatch): void {
  const length = vectorLength ?? DEFAULT_VECTOR_LENGTH;
  for (const [index, feature] of features.entries()) {
    const column = values[index]!;
    for (let row = 0; row < column.length; row++) vectorCell(column.at(row)!, `${feature}[${row}]`, length);
  }
}
