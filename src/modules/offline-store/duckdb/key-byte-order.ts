import { ValueType } from '../../../common/model/value.js';
import type { BoundField } from '../source-binding.js';
import type { TableColumn } from './source-table.js';

/**
 * What to sort by so that rows come in the order of the bytes of their entity keys: numbers there are little-endian, and
 * texts have their length in front.
 *
 * Shape:  expressions for ORDER BY. A column whose values are not written as they are is sorted by its values: rows are
 *         then only nearly in order, which costs time and nothing else.
 * Source: spec/entity-key.md; the join keys follow each other by name.
 */
export function keyByteOrder(joinKeys: readonly BoundField<TableColumn>[]): string[] {
  return [...joinKeys]
    .sort((a, b) => Buffer.compare(Buffer.from(a.field.name), Buffer.from(b.field.name)))
    .flatMap(({ field, column }) => columnByteOrder(field.valueType, column));
}

function columnByteOrder(declared: number, { sql, sourceType }: TableColumn): string[] {
  if (sourceType.kind === 'integer') {
    const words = declared === ValueType.INT32 ? [0] : [0, 32];
    return words.map((shift) => swappedWord(`${sql}::BIGINT`, shift));
  }
  if (sourceType.kind === 'text' && declared === ValueType.STRING)
    return [swappedWord(`strlen(${sql})`, 0), sql];
  if (sourceType.kind === 'bytes' && declared === ValueType.BYTES)
    return [swappedWord(`octet_length(${sql})`, 0), sql];
  return [sql];
}

/** 32 bits of a BIGINT, from `shift` on, the first byte as the most significant. */
function swappedWord(sql: string, shift: number): string {
  const bytes = [0, 8, 16, 24].map((bit) => `(((${sql} >> ${shift + bit}) & 255) << ${24 - bit})`);
  return `(${bytes.join(' | ')})`;
}
