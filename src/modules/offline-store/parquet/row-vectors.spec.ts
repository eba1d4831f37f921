import { describe, expect, it } from 'vitest';
import { offlineRows } from '../../../../test/support/offline-rows.js';
import { fileSource } from '../../../../test/support/offline-sources.js';
import {
  isRefusedHere,
  isTakenToo,
  rowVectors,
  VECTOR_FOLDER,
  type RowVector,
} from '../../../../test/support/row-vectors.js';
import { jsonText } from '../../../common/codec/json-text.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import { Deadline } from '../../../common/model/deadline.js';
import { createOfflineRowChecker } from '../offline-store-writer-factory.js';

/* That what is accepted is stored as Feast stores it is shown in test/interop, where pyarrow reads it. */

const checker = createOfflineRowChecker({ type: 'file' }, VECTOR_FOLDER, {
  integerTimestamps: 'nanoseconds',
});
const vectors = rowVectors();

async function refusal({ type, values }: RowVector): Promise<Error | undefined> {
  const rows = offlineRows({ c: values, row: values.map((_, i) => i) });
  try {
    await checker.check(fileSource(`files/${type}.parquet`), rows, Deadline.after(5000));
    return undefined;
  } catch (error) {
    return error as Error;
  }
}

describe('columns that Feast stores or refuses', () => {
  it.each([...vectors.keys()])('%s', async (type) => {
    const wrong: string[] = [];
    const refusals: Error[] = [];
    for (const vector of vectors.get(type)!) {
      if (vector.values.length === 0) continue;
      const error = await refusal(vector);
      const isTaken = vector.refused === undefined && !isRefusedHere(vector);
      const differs = (error === undefined) !== isTaken && !(error === undefined && isTakenToo(vector));
      if (differs) wrong.push(`${jsonText(vector.values)}: ${error?.message ?? 'accepted'}`);
      if (error !== undefined) refusals.push(error);
    }
    expect(wrong).toEqual([]);
    expect(refusals.filter((error) => !(error instanceof InvalidValueError))).toEqual([]);
  });
});

describe('a refusal', () => {
  async function messageOf(type: string, values: RowVector['values']): Promise<string | undefined> {
    return (await refusal({ type, values, index: 0, refused: undefined }))?.message;
  }

  it('names column, row, value and type', async () => {
    const error = (await refusal({ type: 'int64', values: [1, 'abc'], index: 0, refused: undefined }))!;
    expect(error.message).toBe(
      'c[1]: "abc" is text among values that are a number: the column c of the batch source is INT64',
    );
    expect((error as InvalidValueError).issues).toEqual([
      { type: 'value_error', loc: ['body', 'df', 'c', 1], msg: error.message, input: 'abc' },
    ]);
  });

  it('says what to do about a time zone', async () => {
    expect(await messageOf('timestamp_us_utc', ['2026-02-01 00:00:00'])).toContain(
      'has no time zone (write Z for UTC)',
    );
    expect(await messageOf('timestamp_us', ['2026-02-01T00:00:00Z'])).toContain('leave it out');
  });

  it('says where in a list or an object the value is', async () => {
    expect(await messageOf('list_int64', [[1, 2], ['x']])).toContain(
      'c[1]: ["x"] holds [0] = "x", which is text among',
    );
    expect(await messageOf('struct_nested', [new Map([['a', new Map([['x', 'no']])]])])).toBe(
      'c[0]: {"a": {"x": "no"}} holds .a.x = "no", which is not an integer: ' +
        'the column c of the batch source is an object of a an object of x INT64',
    );
  });

  it('is about null where the column needs a value', async () => {
    expect(await messageOf('int64_required', [null])).toBe(
      'c[0]: null is null, and the column must have a value: the column c of the batch source is INT64',
    );
  });
});

describe('integers as times', () => {
  const strict = createOfflineRowChecker({ type: 'file' }, VECTOR_FOLDER, { integerTimestamps: 'refuse' });
  const check = (type: string, value: number | bigint): Promise<void> =>
    strict.check(
      fileSource(`files/${type}.parquet`),
      offlineRows({ c: [value], row: [0] }),
      Deadline.after(5000),
    );

  it.each([
    ['timestamp_us_utc', 1_770_000_000],
    ['timestamp_us_utc', 1_770_000_000_000],
    ['timestamp_us_utc', 1_770_000_000_000_000_000n],
    ['timestamp_ns', 1_770_000_000_000_000],
    ['timestamp_ms', 1_770_000_000],
  ])('are refused in %s when they plainly count another unit: %s', async (type, value) => {
    await expect(check(type, value)).rejects.toThrow(
      /counts \w+ by its size, but the column counts \w+: send text/,
    );
  });

  it.each([
    ['timestamp_us_utc', 1_770_000_000_000_000],
    ['timestamp_ns', 1_770_000_000_000_000_000n],
    ['timestamp_ms', 1_770_000_000_000],
    ['timestamp_us_utc', 0],
    ['timestamp_us_utc', 5000],
  ])('are taken in %s when they count its unit: %s', async (type, value) => {
    await expect(check(type, value)).resolves.toBeUndefined();
  });
});
