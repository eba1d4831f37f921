import { copyFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { batchesOf, field, fileSource, scanOf } from '../../../../test/support/offline-sources.js';
import { ScannedFolder } from '../../../../test/support/scanned-folder.js';
import { sourceFiles } from './source-files.js';

/* What Feast reads of directories and patterns was found by experiment: see the README of the fixtures. */

const scanned = new ScannedFolder();
const { folder, store, inFolder, part, valuesOf, failure } = scanned;

afterAll(() => scanned.close());

beforeAll(async () => {
  await part('one.data', '1 AS v');
  await part("it's [odd]?.parquet", '2 AS v');
  await part('parts/a.parquet', '1 AS v');
  await part('parts/b.parq', '2 AS v');
  await part('parts/below/c.pq', '3 AS v');
  await part('parts/.hidden.parquet', '4 AS v');
  writeFileSync(inFolder('parts/readme.txt'), 'not parquet');
  writeFileSync(inFolder('parts/_SUCCESS'), '');
  copyFileSync(inFolder('parts/a.parquet'), inFolder('parts/upper.PARQUET'));
});

describe('the files of a path', () => {
  it('are one file, whatever its name', async () => {
    expect(await valuesOf('one.data')).toEqual(['1']);
    expect(await valuesOf(inFolder('one.data'))).toEqual(['1']);
    expect(await valuesOf(pathToFileURL(inFolder('one.data')).href)).toEqual(['1']);
    expect(await valuesOf("it's [odd]?.parquet")).toEqual(['2']);
  });

  it('are those below a directory that have a name of a parquet file', async () => {
    expect(await valuesOf('parts')).toEqual(['1', '2', '3', '4']);
    expect(await valuesOf('parts/')).toEqual(['1', '2', '3', '4']);
  });

  it('are those of a pattern', async () => {
    expect(await valuesOf('parts/*.par*')).toEqual(['1', '2']);
    expect(await valuesOf('parts/**/*.p*q')).toEqual(['2', '3']);
  });

  it('may be behind links', async () => {
    symlinkSync(inFolder('one.data'), inFolder('link.parquet'));
    symlinkSync(inFolder('parts'), inFolder('linked-parts'));
    mkdirSync(inFolder('links'));
    symlinkSync(inFolder('one.data'), inFolder('links/to-one.parquet'));
    expect(await valuesOf('link.parquet')).toEqual(['1']);
    expect(await valuesOf('linked-parts')).toHaveLength(4);
    expect(await valuesOf('links')).toEqual(['1']);
  });

  it('come in the order of the numbers in their names', async () => {
    for (const n of [10, 2, 1]) {
      await folder.write(
        `numbered/part.${n}.parquet`,
        `SELECT 5 AS id, TIMESTAMP '2026-01-01' AS event_timestamp, ${n} AS v`,
      );
    }
    const { files } = sourceFiles('numbered', folder.path);
    expect(files.map(({ path }) => path.split('/').at(-1))).toEqual([
      'part.1.parquet',
      'part.2.parquet',
      'part.10.parquet',
    ]);
    // Of equal times the first one counts.
    expect(await valuesOf('numbered')).toEqual(['1']);
  });
});

describe('folders that name columns', () => {
  beforeAll(async () => {
    await part('hive/month=01/country=PL/a.parquet', '1 AS v');
    await part('hive/month=02/country=a%20b/a.parquet', '2 AS v');
    await part('hive/month=10/country=__HIVE_DEFAULT_PARTITION__/a.parquet', '3 AS v');
  });
  const features = [field('v', 'INT64'), field('month', 'INT64'), field('country', 'STRING')];

  it('give their values to the rows below', async () => {
    expect(await valuesOf('hive', features)).toEqual(['1 1 "PL"', '2 2 "a b"', '3 10 null']);
    expect(await valuesOf('hive/*/*/*.parquet', features)).toEqual(['1 1 "PL"', '2 2 "a b"', '3 10 null']);
  });

  it('have the types that Feast finds in them', async () => {
    const columns = await store.columns(fileSource('hive'));
    expect(columns.slice(-2).map(({ name, storedType }) => `${name} ${storedType}`)).toEqual([
      'month INTEGER',
      'country VARCHAR',
    ]);
    const asText = [field('month', 'STRING')];
    expect(await valuesOf('hive', asText)).toEqual(['"1"', '"10"', '"2"']);
  });

  it('can hold a join key', async () => {
    await folder.write(
      'hive-key/id=7/a.parquet',
      `SELECT TIMESTAMP '2026-01-01' AS event_timestamp, 70 AS v`,
    );
    await folder.write(
      'hive-key/id=8/a.parquet',
      `SELECT TIMESTAMP '2026-01-01' AS event_timestamp, 80 AS v`,
    );
    expect(await valuesOf('hive-key')).toEqual(['70', '80']);
  });

  it('above the source do not count, nor those of a single file', async () => {
    await part('env=prod/plain/a.parquet', '1 AS v');
    for (const uri of ['env=prod/plain', 'env=prod/plain/a.parquet', 'env=prod/plain/*.parquet']) {
      expect((await store.columns(fileSource(uri))).map(({ name }) => name)).toEqual([
        'id',
        'event_timestamp',
        'v',
      ]);
    }
  });

  it('yield to a column of the same name', async () => {
    await part('hive-same/v=9/a.parquet', '1 AS v');
    expect(await valuesOf('hive-same')).toEqual(['1']);
  });
});

describe('files with different columns', () => {
  it('are read by name, and numbers as the wider type', async () => {
    await part('mixed/a.parquet', "1 AS v, 'x' AS w");
    await part('mixed/b.parquet', "'y' AS w, 2.5::DOUBLE AS v");
    expect(await valuesOf('mixed', [field('v', 'DOUBLE'), field('w', 'STRING')])).toEqual([
      '1 "x"',
      '2.5 "y"',
    ]);
  });

  it('must each have the columns that are read', async () => {
    await part('lacking/a.parquet', "1 AS v, {'w': 1} AS nested");
    await part('lacking/b.parquet', "1 AS w, {'v': 1} AS nested");
    expect(await failure('lacking')).toBe(
      `InvalidRequestError: lacking: the file ${inFolder('lacking/b.parquet')} has no column v, which others have`,
    );
    expect(await failure('lacking', [field('w', 'INT64')])).toMatch(/a.parquet has no column w/);
    expect(await failure('lacking', [field('nested', 'STRUCT')])).toBe('no error');
  });

  it('may have a zone in one and none in another', async () => {
    await folder.write(
      'zones/a.parquet',
      `SELECT 1 AS id, TIMESTAMPTZ '2026-01-01 02:00:00+02' AS event_timestamp, 1 AS v`,
    );
    await folder.write(
      'zones/b.parquet',
      `SELECT 2 AS id, TIMESTAMP '2026-01-01 00:00:00' AS event_timestamp, 2 AS v`,
    );
    const [batch] = await batchesOf(store, scanOf(fileSource('zones'), [field('v', 'INT64')]));
    expect(batch!.eventTimesMicros).toEqual([Date.UTC(2026, 0, 1) * 1000, Date.UTC(2026, 0, 1) * 1000]);
  });
});
