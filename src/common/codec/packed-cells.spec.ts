import { describe, expect, it } from 'vitest';
import type { CellColumn } from '../model/write-batch.js';
import { PackedCells } from './packed-cells.js';

const bytes = (...texts: string[]): Uint8Array[] => texts.map((text) => Buffer.from(text));
const texts = (cells: CellColumn): string[] =>
  Array.from({ length: cells.length }, (_, row) => Buffer.from(cells.at(row)!).toString());

describe('packed cells', () => {
  const all = PackedCells.of([bytes('a', '', 'ccc', 'dd')]);

  it('are the cells of the columns that they are made of', () => {
    expect(texts(all)).toEqual(['a', '', 'ccc', 'dd']);
    expect(all.at(4)).toBeUndefined();
    expect(texts(PackedCells.of([bytes('x'), all.slice(1, 3), bytes(), bytes('y', 'z')]))).toEqual([
      'x',
      '',
      'ccc',
      'y',
      'z',
    ]);
    expect(PackedCells.of([]).length).toBe(0);
  });

  it('are not copied when neighbours are joined', () => {
    const joined = PackedCells.join([all.slice(1, 2), all.slice(2, 4)]);
    expect(texts(joined)).toEqual(['', 'ccc', 'dd']);
    expect(joined.bytes).toBe(all.bytes);
    expect(joined.offsets.buffer).toBe(all.offsets.buffer);
  });

  it('are copied where one is missing between them, they are in another order or one is there twice', () => {
    const pieces = [
      [all.slice(0, 1), all.slice(2, 4)],
      [all.slice(2, 4), all.slice(0, 2)],
      [all.slice(2, 3), all.slice(2, 3)],
    ];
    expect(pieces.map((columns) => texts(PackedCells.join(columns)))).toEqual([
      ['a', 'ccc', 'dd'],
      ['ccc', 'dd', 'a', ''],
      ['ccc', 'ccc'],
    ]);
  });

  it('have nothing around them when they are trimmed', () => {
    const { bytes: trimmed, offsets } = all.slice(2, 4).trimmed;
    expect(Buffer.from(trimmed).toString()).toBe('cccdd');
    expect([...offsets]).toEqual([0, 3, 5]);
    expect([...all.slice(0, 1).trimmed.bytes]).toEqual([...Buffer.from('a')]);
  });
});
