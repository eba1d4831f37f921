import { execFile } from 'node:child_process';
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import type { JsonValue } from '../../src/common/model/json-value.ts';
import { createOfflineStoreWriter } from '../../src/modules/offline-store/offline-store-writer-factory.ts';
import { feastEnv, feastVenv } from '../support/feast-venv.ts';
import { entry } from '../support/offline-rows.ts';
import { fileSource } from '../support/offline-sources.ts';
import { isRefusedHere, isStoredExactly, rowVectors, VECTOR_FOLDER } from '../support/row-vectors.ts';
import { CHECKOUT } from '../support/servers.ts';

const run = promisify(execFile);
const READER = join(CHECKOUT, 'test/interop/repo/read_appends.py');

const folder = mkdtempSync(join(tmpdir(), 'salver-appends-'));
const writer = createOfflineStoreWriter({ type: 'file' }, folder, { integerTimestamps: 'nanoseconds' });

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** What the reader finds wrong, a line for each thing. */
async function problems(...command: string[]): Promise<string[]> {
  const { stdout } = await run(feastVenv().python, [READER, ...command], {
    env: feastEnv(),
    maxBuffer: 1e8,
  });
  return stdout.split('\n').filter((line) => line !== '');
}

describe('rows that Feast stores too', () => {
  const vectors = [...rowVectors()].flatMap(([, columns]) =>
    columns.filter(
      (column) =>
        column.refused === undefined &&
        column.values.length > 0 &&
        !isRefusedHere(column) &&
        !isStoredExactly(column),
    ),
  );

  const refusals: string[] = [];

  beforeAll(async () => {
    for (const [type, given] of Map.groupBy(vectors, (vector) => vector.type)) {
      copyFileSync(join(VECTOR_FOLDER, 'files', `${type}.parquet`), join(folder, `${type}.parquet`));
      const entries = given.map(({ values, index }) => entry({ c: values, row: values.map(() => index) }));
      const refused = await writer.append(fileSource(`${type}.parquet`), entries);
      refusals.push(...refused.map(({ index, error }) => `${given[index]!.index}: ${error.message}`));
    }
  });

  it('are what Feast stores, for every type and value', async () => {
    expect(refusals).toEqual([]);
    expect(vectors.length).toBeGreaterThan(1900);
    const chosen = vectors.map(({ type, index }) => `${type} ${index}`).join('\n');
    expect(await problems('vectors', folder, VECTOR_FOLDER, chosen)).toEqual([]);
  });
});

describe('files that pyarrow and pandas write', () => {
  const place = join(folder, 'forms');
  const ids = [1000, 1001, 1002, 1003];
  const refusals: string[] = [];

  beforeAll(async () => {
    mkdirSync(place);
    const names = JSON.parse((await problems('make', place))[0]!) as Record<string, string[]>;
    for (const [file, columns] of Object.entries(names)) {
      for (const [i, id] of ids.entries()) {
        const cells = columns.map((name) => [
          name,
          [name === 'id' || name === '__index_level_0__' ? id : null],
        ]);
        const rows = entry(Object.fromEntries(cells) as Record<string, readonly JsonValue[]>, i + 1);
        const refused = await writer.append(fileSource(`forms/${file}.parquet`), [rows]);
        refusals.push(...refused.map(({ error }) => `${file}: ${error.message}`));
      }
    }
  });

  it('keep their schema, their metadata, their old bytes and values', async () => {
    expect(refusals).toEqual([]);
    expect(await problems('appended', place, String(ids.length))).toEqual([]);
  });
});

describe('a file that Feast writes to as well', () => {
  const place = join(folder, 'feast');

  it('takes rows from both in turn, and Feast reads all of them', async () => {
    await problems('feast_repo', place);
    const own = createOfflineStoreWriter({ type: 'file' }, place, { integerTimestamps: 'refuse' });
    const source = fileSource('stats.parquet');
    const push = (id: number, number: number): Promise<unknown> => {
      const when = ['2026-02-01T00:00:00Z'];
      const rows = entry({ driver_id: [id], event_timestamp: when, created: when, trips: [id] }, number);
      return own.append(source, [rows]);
    };
    expect(await push(101, 1)).toEqual([]);
    await problems('feast_push', place, '102');
    expect(await push(103, 2)).toEqual([]);
    expect(await problems('feast_history', place, '1,101,102,103')).toEqual([]);
  });
});
