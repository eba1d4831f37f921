import { expect, it } from 'vitest';
import { encodeValue } from '../../../common/codec/value.codec.js';
import { ValueType } from '../../../common/model/value.js';
import type { WriteBatch } from '../../../common/model/write-batch.js';
import { driverKey, EVENT_TIME_MICROS } from '../../../../test/support/stored-rows.js';
import { SqliteOnlineStoreWriter } from './sqlite-online-store-writer.js';

const vectors = (...rows: readonly (readonly number[])[]): WriteBatch => ({
  project: 'p',
  viewName: 'v',
  version: 0,
  features: ['trips', 'embedding'],
  keys: rows.map((_, row) => driverKey(row)),
  values: [
    rows.map((_, row) => encodeValue({ type: ValueType.INT64, value: row })),
    rows.map((value) => encodeValue({ type: ValueType.FLOAT_LIST, value })),
  ],
  eventTimesMicros: rows.map(() => EVENT_TIME_MICROS),
  createdTimesMicros: undefined,
  vectorLength: 2,
  policy: 'newest',
});

const writer = (vectorEnabled: boolean): SqliteOnlineStoreWriter =>
  new SqliteOnlineStoreWriter({
    path: '/does/not/exist',
    journalMode: 'keep',
    vectorEnabled,
    enableOpenaiCompatibleStore: false,
  });

it('is told of a vector of another length before anything is written, and in which row', () => {
  expect(() => writer(true).check(vectors([1, 2], [3, 4]))).not.toThrow();
  expect(() => writer(true).check(vectors([1, 2], [3, 4, 5]))).toThrow(
    'feature embedding[1]: a vector of 2 floats is expected, found 3',
  );
});

it('takes any list where the store has no vectors', () => {
  expect(() => writer(false).check(vectors([1, 2, 3]))).not.toThrow();
});
