import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fileSource, rowOf } from '../../../test/support/journal-folder.js';
import { readJsonText } from '../../common/codec/json-text-reader.js';
import { CorruptDataError } from '../../common/errors/errors.js';
import type { DataSource } from '../../common/model/data-source.js';
import { JsonFloat, type JsonValue } from '../../common/model/json-value.js';
import {
  decodeColumns,
  decodeRecordSummary,
  decodeSourceText,
  encodePushRecord,
  type PushRecord,
} from './push-record.codec.js';

const text = fc.string({ unit: 'binary' });

const jsonValue = fc.letrec<{ value: JsonValue }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4 },
    fc.constant(null),
    fc.boolean(),
    fc.maxSafeInteger().map((n) => n + 0),
    fc.bigInt().filter((n) => !Number.isSafeInteger(Number(n))),
    fc.double().map((value) => new JsonFloat(value)),
    text,
    fc.array(tie('value'), { maxLength: 3 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 3 }).map((members) => new Map(members)),
  ),
})).value;

const texts = fc.array(fc.tuple(text, text), { maxLength: 3 }).map((entries) => new Map(entries));

function sourceOf(batchSource: fc.Arbitrary<DataSource | undefined>): fc.Arbitrary<DataSource> {
  return fc.record({
    name: text,
    kind: fc.constantFrom('BATCH_FILE' as const, 'PUSH_SOURCE' as const),
    timestampField: text,
    createdTimestampColumn: text,
    datePartitionColumn: text,
    fieldMapping: texts,
    uri: fc.option(text, { nil: undefined }),
    fileFormat: fc.constantFrom('parquet' as const, 'delta' as const, undefined),
    s3EndpointOverride: fc.option(text, { nil: undefined }),
    batchSource,
    requestFields: fc.array(fc.record({ name: text, valueType: fc.nat(40) }), { maxLength: 2 }),
    description: text,
    owner: text,
    tags: texts,
  });
}

const append = fc
  .tuple(sourceOf(fc.option(sourceOf(fc.constant(undefined)), { nil: undefined })), fc.nat(3))
  .chain(([source, rows]) =>
    fc
      .array(fc.tuple(text, fc.array(jsonValue, { minLength: rows, maxLength: rows })), { maxLength: 3 })
      .map((columns) => ({ source, rows: { columns: new Map(columns), rows } })),
  );

const record: fc.Arbitrary<PushRecord> = fc.record({
  pushSource: text,
  receivedAtMs: fc.nat(),
  appends: fc.array(append, { minLength: 1, maxLength: 3 }),
});

function decode(bytes: Buffer): PushRecord {
  const { pushSource, receivedAtMs, appends } = decodeRecordSummary(bytes);
  return {
    pushSource,
    receivedAtMs,
    appends: appends.map(({ sourceText, rows, columnsAt, columnsBytes }) => ({
      source: decodeSourceText(sourceText),
      rows: decodeColumns(bytes.toString('latin1', columnsAt, columnsAt + columnsBytes), rows),
    })),
  };
}

describe('the record of a push', () => {
  it('comes back as it was, whatever the values, texts and sources', () => {
    fc.assert(
      fc.property(record, (made) => {
        expect(decode(encodePushRecord(made))).toEqual(made);
      }),
      { numRuns: 300 },
    );
  });

  it('keeps numbers, and columns that look like parts of an object', () => {
    const body =
      '{"__proto__": [1, 1.0, 1e400, NaN, 90071992547409931234567890, -0.0, 1e-07], "a": [0,0,0,0,0,0,0]}';
    const columns = readJsonText(body) as ReadonlyMap<string, readonly JsonValue[]>;
    const made = {
      pushSource: 's',
      receivedAtMs: 1,
      appends: [{ source: fileSource('t'), rows: { columns, rows: 7 } }],
    };
    expect(decode(encodePushRecord(made))).toEqual(made);
  });

  it('holds cells that are nested as deeply as a body may be', () => {
    const cell = readJsonText(`${'['.repeat(497)}1${']'.repeat(497)}`);
    const made = { pushSource: 's', receivedAtMs: 1, appends: [rowOf(1, fileSource('t'), { deep: cell })] };
    expect(decode(encodePushRecord(made)).appends[0]?.rows.columns.get('deep')).toEqual([cell]);
  });

  it('is refused when it is cut off or does not make sense', () => {
    const bytes = encodePushRecord({ pushSource: 's', receivedAtMs: 1, appends: [rowOf(1)] });
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decode(bytes.subarray(0, length))).toThrow(CorruptDataError);
    }
    expect(() => decodeSourceText('{"name": 1}')).toThrow(CorruptDataError);
    expect(() => decodeColumns('{"a": [1, 2], "b": [1]}', 2)).toThrow(CorruptDataError);
  });
});
