import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEntityKey } from '../../common/codec/entity-key.codec.js';
import { InvalidValueError } from '../../common/errors/errors.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import { ValueType } from '../../common/model/value.js';
import { entityRows } from './entity-rows.js';

const int64 = (...values: (number | bigint | null)[]): EntityColumn => ({ type: ValueType.INT64, values });
const string = (...values: (string | null)[]): EntityColumn => ({ type: ValueType.STRING, values });
const hex = (keys: readonly Uint8Array[]): string[] => keys.map((key) => Buffer.from(key).toString('hex'));

describe('entityRows', () => {
  it('encodes an entity that occurs again once', () => {
    const keySet = { columns: [1], encoder: compileEntityKey(['driver_id'], 3) };
    const columns = [string('a', 'b', 'c', 'd'), int64(1001, 1002, 1001, 1001)];
    const { keys, rowOf } = entityRows(keySet, ['junk', 'driver_id'], columns, 4);
    expect([...rowOf]).toEqual([0, 1, 0, 0]);
    expect(hex(keys)).toEqual([
      '0100000002000000090000006472697665725f69640400000008000000e903000000000000',
      '0100000002000000090000006472697665725f69640400000008000000ea03000000000000',
    ]);
  });

  it('does not take two composite keys for one because their texts run together', () => {
    const keySet = { columns: [0, 1], encoder: compileEntityKey(['a', 'b'], 3) };
    const { rowOf } = entityRows(keySet, ['a', 'b'], [string('x', 'x1:'), string('1:y', 'y')], 2);
    expect([...rowOf]).toEqual([0, 1]);
  });

  it('gives a view without entities one row, and none for no rows', () => {
    const keySet = { columns: [], encoder: compileEntityKey(['__dummy_id'], 3) };
    expect(entityRows(keySet, ['x'], [int64(1, 2)], 2)).toMatchObject({
      rowOf: Int32Array.from([0, 0]),
      keys: [expect.anything()],
    });
    expect(entityRows(keySet, ['x'], [int64()], 0)).toMatchObject({ rowOf: new Int32Array(0), keys: [] });
  });

  it('refuses a null by column and row', () => {
    const keySet = { columns: [0], encoder: compileEntityKey(['driver_id'], 3) };
    const encode = (): unknown => entityRows(keySet, ['driver'], [int64(1, null)], 2);
    expect(encode).toThrow(InvalidValueError);
    expect(encode).toThrow(
      expect.objectContaining({
        issues: [expect.objectContaining({ loc: ['body', 'entities', 'driver', 1] })],
      }),
    );
  });

  it('gives equal rows equal keys and others different ones', () => {
    const keySet = { columns: [0, 1], encoder: compileEntityKey(['a', 'b'], 3) };
    const row = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.constantFrom('', 'a', 'aa', '1:'));
    fc.assert(
      fc.property(fc.array(row, { maxLength: 30 }), (pairs) => {
        const columns = [int64(...pairs.map(([a]) => a)), string(...pairs.map(([, b]) => b))];
        const { keys, rowOf } = entityRows(keySet, ['a', 'b'], columns, pairs.length);
        expect(keys).toHaveLength(new Set(pairs.map((pair) => JSON.stringify(pair))).size);
        pairs.forEach((pair, index) => {
          const first = pairs.findIndex((other) => JSON.stringify(other) === JSON.stringify(pair));
          expect(rowOf[index]).toBe(rowOf[first]);
        });
      }),
    );
  });
});
