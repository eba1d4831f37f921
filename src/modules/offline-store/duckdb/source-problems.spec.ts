import { appendFileSync, copyFileSync, mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ScannedFolder } from '../../../../test/support/scanned-folder.js';
import { requireUnchanged, sourceFiles } from '../files/source-files.js';

const scanned = new ScannedFolder();
const { folder, store, inFolder, part, failure } = scanned;

afterAll(() => scanned.close());

beforeAll(() => part('one.data', '1 AS v'));

describe('what is told of files', () => {
  it.each([
    [
      'nowhere/at-all',
      `there is no such file (looked for ${inFolder('nowhere/at-all')}; relative paths begin at the repo)`,
    ],
    [
      'one.date',
      `there is no such file (looked for ${inFolder('one.date')}; relative paths begin at the repo); did you mean one.data?`,
    ],
    ['none/*.parquet', `no file has a name of this pattern (${inFolder('none/*.parquet')})`],
    ['file://host/share/x.parquet', 'not the path of a file on this machine: write file:///absolute/path'],
  ])('%s', async (uri, reason) => {
    expect(await failure(uri)).toBe(`InvalidRequestError: ${uri}: ${reason}`);
  });

  it.each(['gs://bucket/key', 'https://host/x.parquet', 'hdfs://x/y'])('%s', async (uri) => {
    expect(await failure(uri)).toBe(
      `NotSupportedError: ${uri}: this version reads parquet files that this machine can open (a path, or file://) or that ` +
        `are in S3 (s3://), not ${uri.split(':')[0]}://`,
    );
  });

  it('directories without any', async () => {
    mkdirSync(inFolder('empty/below'), { recursive: true });
    writeFileSync(inFolder('empty/part-0'), 'x');
    expect(await failure('empty')).toBe(
      'InvalidRequestError: empty: the directory holds no parquet files (names that end in .parquet, .parq or .pq)',
    );
    mkdirSync(inFolder('delta/_delta_log'), { recursive: true });
    expect(await failure('delta')).toMatch(/^NotSupportedError: delta: a Delta table/);
  });

  it('files that are damaged', async () => {
    const whole = readFileSync(inFolder('one.data'));
    const damaged: readonly (readonly [name: string, bytes: Buffer, reason: RegExp])[] = [
      ['zero', Buffer.alloc(0), /the file is empty \(0 bytes\), not a parquet file$/],
      [
        'text',
        Buffer.from('id,event_timestamp\n1,2026-01-01\n'),
        /not a parquet file \(those begin and end with PAR1\)$/,
      ],
      ['cut', whole.subarray(0, 200), /the parquet file is cut off: it has no end/],
      ['short', whole.subarray(0, 4), /the parquet file is cut off/],
      [
        'secret',
        Buffer.concat([whole.subarray(0, -4), Buffer.from('PARE')]),
        /encrypted parquet files cannot be read/,
      ],
      [
        'footer',
        Buffer.concat([whole.subarray(0, -40), Buffer.alloc(32, 7), whole.subarray(-8)]),
        /it cannot be read, perhaps it is damaged/,
      ],
      [
        'pages',
        Buffer.concat([whole.subarray(0, 4), Buffer.alloc(60, 0xff), whole.subarray(64)]),
        /it cannot be read, perhaps it is damaged/,
      ],
    ];
    for (const [name, bytes, reason] of damaged) {
      mkdirSync(inFolder('damaged', name), { recursive: true });
      copyFileSync(inFolder('one.data'), inFolder('damaged', name, 'whole.parquet'));
      writeFileSync(inFolder('damaged', name, 'x.parquet'), bytes);
      expect(await failure(`damaged/${name}/x.parquet`)).toMatch(/^InvalidRequestError: damaged/);
      expect(await failure(`damaged/${name}/x.parquet`)).toMatch(reason);
      expect(await failure(`damaged/${name}`)).toMatch(reason);
    }
    expect(await failure('damaged/zero')).toMatch(
      /^InvalidRequestError: damaged\/zero: x.parquet: the file is empty/,
    );
  });

  it('columns with names of our own', async () => {
    await part('reserved.parquet', '1 AS v, 2 AS "File_Index"');
    expect(await failure('reserved.parquet')).toMatch(/a column cannot have the name File_Index: rename it/);
  });

  it('a change while they are read', () => {
    copyFileSync(inFolder('one.data'), inFolder('changing.parquet'));
    const files = sourceFiles('changing.parquet', folder.path);
    requireUnchanged(files);
    utimesSync(inFolder('changing.parquet'), new Date(), new Date(0));
    expect(() => requireUnchanged(files)).toThrow(
      'changing.parquet: changing.parquet was changed while it was read: run it again',
    );
  });

  it('a change while they are read, to the reader', async () => {
    await folder.write(
      'growing.parquet',
      `SELECT i AS id, TIMESTAMP '2026-01-01' AS event_timestamp, i AS v FROM range(20000) t(i)`,
    );
    const rows = store.latestRows(
      scanOf(fileSource('growing.parquet'), [field('v', 'INT64')], { batchRows: 100 }),
      new AbortController().signal,
    );
    await rows.next();
    appendFileSync(inFolder('growing.parquet'), 'PAR1');
    await expect(
      (async () => {
        for await (const _ of rows);
      })(),
    ).rejects.toThrow(/growing.parquet/);
  });
});
