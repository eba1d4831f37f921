import { describe, expect, it } from 'vitest';
import { ValueType, type ValueTypeName } from '../../common/model/value.js';
import { columnDoubt, columnMisfit, keyMisfit, timestampMisfit } from './column-misfit.js';
import type { SourceColumn } from './offline-store.js';
import { naturalValueType, type SourceType } from './source-type.js';

const INT64: SourceType = { kind: 'integer', bits: 64, signed: true };
const TEXT: SourceType = { kind: 'text' };
const DOUBLE: SourceType = { kind: 'float64' };
const LIST: SourceType = { kind: 'list', item: { kind: 'float32' } };

function column(sourceType: SourceType, storedType: string): SourceColumn {
  const isTimestamp = sourceType.kind === 'timestamp' || sourceType.kind === 'date';
  return { name: 'x', storedType, sourceType, valueType: naturalValueType(sourceType), isTimestamp };
}

describe('the natural type of a column', () => {
  it.each<readonly [SourceType, ValueTypeName | undefined]>([
    [{ kind: 'integer', bits: 8, signed: true }, 'INT32'],
    [{ kind: 'integer', bits: 16, signed: false }, 'INT32'],
    [{ kind: 'integer', bits: 32, signed: true }, 'INT32'],
    [{ kind: 'integer', bits: 32, signed: false }, 'INT64'],
    [INT64, 'INT64'],
    [{ kind: 'decimal', scale: 2 }, 'DECIMAL'],
    [{ kind: 'timestamp', unit: 'ns', zoned: false }, 'UNIX_TIMESTAMP'],
    [LIST, 'FLOAT_LIST'],
    [{ kind: 'list', item: { kind: 'struct', fields: new Map() } }, 'STRUCT_LIST'],
    [{ kind: 'list', item: LIST }, 'VALUE_LIST'],
    [{ kind: 'map', key: TEXT, value: INT64 }, 'MAP'],
    [{ kind: 'map', key: INT64, value: TEXT }, 'SCALAR_MAP'],
    [{ kind: 'list', item: { kind: 'other', name: 'VARIANT' } }, undefined],
    [{ kind: 'null' }, undefined],
  ])('%j is %s', (type, name) => {
    expect(naturalValueType(type)).toBe(name === undefined ? undefined : ValueType[name]);
  });
});

describe('a column and a declared type', () => {
  it('that go together have no misfit and no doubt', () => {
    expect(columnMisfit(column(INT64, 'BIGINT'), ValueType.INT32)).toBeUndefined();
    expect(columnDoubt(column(INT64, 'BIGINT'), ValueType.INT32)).toBeUndefined();
    expect(columnMisfit(column({ kind: 'null' }, 'INTEGER'), ValueType.STRING_LIST)).toBeUndefined();
  });

  it('that do not, say what would', () => {
    expect(columnMisfit(column(TEXT, 'VARCHAR'), ValueType.DOUBLE)).toBe(
      'holds text (VARCHAR): declare it STRING',
    );
    expect(columnMisfit(column({ kind: 'other', name: 'VARIANT' }, 'VARIANT'), ValueType.STRING)).toBe(
      'holds VARIANT (VARIANT)',
    );
    expect(columnDoubt(column(TEXT, 'VARCHAR'), ValueType.DOUBLE)).toBeUndefined();
  });

  it.each([
    [LIST, 'FLOAT[]', ValueType.DOUBLE, 'holds lists of 32-bit floats (FLOAT[]): every value would be null'],
    [
      DOUBLE,
      'DOUBLE',
      ValueType.UNIX_TIMESTAMP,
      'holds floats (DOUBLE): as times, all of them would be the null time',
    ],
    [
      TEXT,
      'VARCHAR',
      ValueType.STRING_LIST,
      'holds text (VARCHAR): each text would become the list of its characters',
    ],
    [TEXT, 'VARCHAR', ValueType.STRUCT_LIST, undefined],
    [
      INT64,
      'BIGINT',
      ValueType.STRUCT,
      'holds 64-bit integers (BIGINT): each value would become a struct with the one member _value',
    ],
  ])('that Feast takes otherwise than meant are doubtful: %j', (type, storedType, declared, doubt) => {
    expect(columnMisfit(column(type, storedType), declared)).toBeUndefined();
    expect(columnDoubt(column(type, storedType), declared)).toBe(doubt);
  });

  it('as a key and as a time', () => {
    expect(keyMisfit(column(INT64, 'BIGINT'), ValueType.STRING)).toBeUndefined();
    expect(keyMisfit(column(INT64, 'BIGINT'), ValueType.BOOL)).toMatch(
      /^could only be a key as one of INT32, INT64/,
    );
    expect(keyMisfit(column(LIST, 'FLOAT[]'), ValueType.INT64)).toBe(
      'holds lists of 32-bit floats (FLOAT[]), which cannot be a key',
    );
    expect(timestampMisfit(column({ kind: 'date' }, 'DATE'))).toBeUndefined();
    expect(timestampMisfit(column(INT64, 'BIGINT'))).toMatch(
      /^must be a column of timestamps, but holds 64-bit integers/,
    );
  });
});
