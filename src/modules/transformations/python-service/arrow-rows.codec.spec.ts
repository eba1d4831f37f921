import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { EntityColumn } from '../../../common/model/entity-column.js';
import { JsonFloat } from '../../../common/model/json-value.js';
import { ValueType } from '../../../common/model/value.js';
import { decodeArrowRows, encodeArrowRows } from './arrow-rows.codec.js';

const ANSWER = new URL('../../../../test/fixtures/transformations/answer.arrow', import.meta.url);

describe('decodeArrowRows', () => {
  it('reads what pyarrow writes of a frame of pandas', () => {
    expect(decodeArrowRows(readFileSync(ANSWER))).toEqual(
      new Map<string, unknown>([
        ['v__whole', [1, 2]],
        ['share', [new JsonFloat(0.5), null]],
        ['label', ['a', null]],
        ['big', [2n ** 62n, null]],
        ['tags', [['x', 'y'], null]],
        ['at', ['2026-01-02T03:04:05.500Z', null]],
        ['kind', ['k', 'l']],
        ['ok', [true, false]],
      ]),
    );
  });

  it('refuses what is no file of Arrow', () => {
    expect(() => decodeArrowRows(Buffer.from('no such file'))).toThrow('no file of Arrow');
    expect(() => decodeArrowRows(readFileSync(ANSWER).subarray(0, 900))).toThrow('no file of Arrow');
  });
});

describe('encodeArrowRows', () => {
  it('writes columns that are read back, numbers as wide as Feast hands them to functions', () => {
    const columns = new Map<string, EntityColumn>([
      ['__proto__', { type: ValueType.INT32, values: [1, null] }],
      ['big', { type: ValueType.INT64, values: [2n ** 62n, -1] }],
      ['float', { type: ValueType.FLOAT, values: [Math.fround(0.1), null] }],
      ['text', { type: ValueType.STRING, values: ['Łódź', null] }],
      ['flag', { type: ValueType.BOOL, values: [true, null] }],
      ['at', { type: ValueType.UNIX_TIMESTAMP, values: [1_700_000_000, null] }],
      ['list', { type: ValueType.INT64_LIST, values: [[1, 2], null] }],
      ['times', { type: ValueType.UNIX_TIMESTAMP_LIST, values: [[0], []] }],
    ]);
    expect(decodeArrowRows(encodeArrowRows(columns))).toEqual(
      new Map<string, unknown>([
        ['__proto__', [1, null]],
        ['big', [2n ** 62n, -1]],
        ['float', [new JsonFloat(Math.fround(0.1)), null]],
        ['text', ['Łódź', null]],
        ['flag', [true, null]],
        ['at', ['2023-11-14T22:13:20.000Z', null]],
        ['list', [[1, 2], null]],
        ['times', [['1970-01-01T00:00:00.000Z'], []]],
      ]),
    );
  });

  it('refuses types that have no column', () => {
    const map = new Map([['m', { type: ValueType.MAP, values: [new Map()] }]]);
    expect(() => encodeArrowRows(map)).toThrow('m is of a type that cannot be sent');
  });
});
