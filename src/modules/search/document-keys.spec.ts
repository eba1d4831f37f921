import { describe, expect, it } from 'vitest';
import { compileEntityKey } from '../../common/codec/entity-key.codec.js';
import { ValueType } from '../../common/model/value.js';
import { decodeDocumentKeys, feastRows } from './document-keys.js';

const JOIN_KEYS = ['shop', 'doc_id'];
const COLUMNS = [
  { type: ValueType.STRING, values: ['b', 'a', 'a'] },
  { type: ValueType.INT64, values: [10, 9, -1] },
];

describe('decodeDocumentKeys', () => {
  it.each([3, 2])('reads keys of version %i', (version) => {
    const keys = compileEntityKey(JOIN_KEYS, version).encode(COLUMNS, [0, 1, 2]);
    const decoded = decodeDocumentKeys(keys, JOIN_KEYS, version);
    expect(decoded.joinKeys).toEqual(['doc_id', 'shop']);
    expect(decoded.values.map((values) => values.map((value) => value?.value))).toEqual([
      [10, 'b'],
      [9, 'a'],
      [-1, 'a'],
    ]);
  });
});

describe('feastRows', () => {
  it('puts the features of a document into the row of another', () => {
    const keys = compileEntityKey(['doc_id'], 3).encode(
      [{ type: ValueType.INT64, values: [2, 8, 4, 5] }],
      [0, 1, 2, 3],
    );
    // As recorded: documents 2, 8, 4 and 5 have the features of 2, 5, 8 and 4.
    expect([...feastRows(decodeDocumentKeys(keys, ['doc_id'], 3))]).toEqual([0, 3, 1, 2]);
  });
});
