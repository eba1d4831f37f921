import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CompiledModules } from '../../../../test/support/compiled-modules.js';
import {
  eventTimeBatch,
  feastRowsFile,
  featureBatch,
  readFeastRows,
} from '../../../../test/support/feast-sqlite-rows.js';
import { dumpTable } from '../../../../test/support/sqlite-tables-dump.js';
import { sqliteWriterOfTest } from '../../../../test/support/sqlite-writers.js';
import { errorOf } from '../../../../test/support/stored-rows.js';
import { SECOND, soon, tripBatch } from '../../../../test/support/trip-rows.js';
import { encodeValue } from '../../../common/codec/value.codec.js';
import { InvalidValueError } from '../../../common/errors/errors.js';
import { ValueType } from '../../../common/model/value.js';

const REPOS = join(import.meta.dirname, '../../../../test/fixtures/conformance/repos');

let folder = '';
let path = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-feast-rows-'));
  path = join(folder, 'online.db');
});
afterEach(() => rmSync(folder, { recursive: true }));

describe('the tables and rows that Feast wrote', () => {
  const feast = readFeastRows(feastRowsFile('UTC'));

  it.each([
    ['plain', {}],
    ['numbers', { enableOpenaiCompatibleStore: true }],
    ['vectors', { vectorEnabled: true }],
    ['both', { vectorEnabled: true, enableOpenaiCompatibleStore: true }],
  ] as const)('are written to the last byte: %s', async (name, options) => {
    const expected = feast[name];
    const batch = featureBatch(feast, expected);
    const writer = sqliteWriterOfTest(path, options);
    // The second time over the first.
    for (const policy of ['newest', 'last'] as const) {
      expect(await writer.write({ ...batch, policy }, soon())).toEqual({ written: 1, skipped: 0 });
      expect(dumpTable(path, 'peer_stats')).toEqual(expected);
    }
  });

  it('have the same event times', async () => {
    await sqliteWriterOfTest(path).write(eventTimeBatch(feast), soon());
    expect(dumpTable(path, 'peer_stats')).toEqual(feast.event_times);
  });

  it('have the same event times in a process with another time zone', async () => {
    const program = 'test/support/sqlite-write-process.ts';
    const modules = await CompiledModules.compile([program]);
    const newYork = readFeastRows(feastRowsFile('New_York'));
    const args = ['event-times', path, feastRowsFile('New_York')];
    execFileSync(process.execPath, ['--no-warnings', modules.pathOf(program), ...args], {
      env: { TZ: 'America/New_York' },
    });
    modules.remove();
    expect(newYork.event_times.rows).not.toEqual(feast.event_times.rows);
    expect(dumpTable(path, 'peer_stats')).toEqual(newYork.event_times);
  });
});

describe('vectors', () => {
  const list = (type: typeof ValueType.FLOAT_LIST | typeof ValueType.INT64_LIST, value: readonly number[]) =>
    encodeValue({ type, value });
  const vectorBatch = (value: Uint8Array, vectorLength?: number) => ({
    ...tripBatch([{ trips: 1, micros: 0 }]),
    values: [[value]],
    ...(vectorLength !== undefined && { vectorLength }),
  });

  it.each([
    ['too short', list(ValueType.FLOAT_LIST, [1, 2]), 3, /feature trips: a vector of 3 floats .* found 2/],
    ['too long', list(ValueType.FLOAT_LIST, [1, 2]), 1, /a vector of 1 floats/],
    ['of a view without a vector field', list(ValueType.FLOAT_LIST, [1, 2]), undefined, /of 512 floats/],
    ['of another type', list(ValueType.INT64_LIST, [1, 2]), 2, /a list of another type/],
  ])('that are %s are refused, and nothing is stored', async (_what, value, length, message) => {
    const writer = sqliteWriterOfTest(path, { vectorEnabled: true });
    await writer.write(vectorBatch(list(ValueType.FLOAT_LIST, [5]), 1), soon());
    const before = dumpTable(path, 'peer_stats').rows;
    const error = await errorOf(() => writer.write(vectorBatch(value, length), soon()));
    expect(error).toBeInstanceOf(InvalidValueError);
    expect(String(error)).toMatch(message);
    expect(dumpTable(path, 'peer_stats').rows).toEqual(before);
  });

  it('that Feast could not store beside others stay away', async () => {
    const { composite, ...feast } = {
      composite: ['texts', 'map', 'uuid', 'json_object'],
      ...readFeastRows(feastRowsFile('UTC')),
    };
    const batch = featureBatch(feast, {
      ...feast.plain,
      rows: feast.plain.rows.filter(({ cells }) => composite.includes(String(cells[1]))),
    });
    await sqliteWriterOfTest(path, { vectorEnabled: true }).write(batch, soon());
    const { columns, rows } = dumpTable(path, 'peer_stats');
    expect(rows.map(({ cells }) => cells[columns.indexOf('vector_value')])).toEqual(
      composite.map(() => null),
    );
  });

  it('that are there stay when vectors are off', async () => {
    const batch = vectorBatch(list(ValueType.FLOAT_LIST, [0.5]), 1);
    await sqliteWriterOfTest(path, { vectorEnabled: true }).write(batch, soon());
    await sqliteWriterOfTest(path).write({ ...batch, eventTimesMicros: [SECOND] }, soon());
    const { columns, rows } = dumpTable(path, 'peer_stats');
    expect(rows[0]?.cells[columns.indexOf('vector_value')]).toEqual({ b64: 'AAAAPw==' });
    expect(rows[0]?.cells[columns.indexOf('event_ts')]).toBe(1);
  });
});

describe('the repo that Feast materialized', () => {
  type Row = readonly (string | number | null | { readonly b64: string })[];

  interface RecordedTable {
    readonly columns?: readonly string[];
    readonly rows?: readonly Row[];
  }

  it('is written row for row', async () => {
    const file = join(REPOS, 'drivers-sqlite/dumps/online_store.sqlite.json');
    const dump = JSON.parse(readFileSync(file, 'utf8')) as Record<string, RecordedTable>;
    const writer = sqliteWriterOfTest(path);
    let rowCount = 0;
    for (const [table, { columns, rows }] of Object.entries(dump)) {
      if (!columns || !rows) continue;
      const cell = (cells: Row, column: string) => cells[columns.indexOf(column)] ?? null;
      const bytes = (cells: Row, column: string) =>
        Buffer.from((cell(cells, column) as { b64: string }).b64, 'base64');
      const micros = (cells: Row, column: string) => {
        const seconds = cell(cells, column) as number | null;
        return seconds === null ? undefined : seconds * SECOND;
      };
      for (const feature of new Set(rows.map((cells) => cell(cells, 'feature_name') as string))) {
        const own = rows.filter((cells) => cell(cells, 'feature_name') === feature);
        const batch = tripBatch([], {
          project: 'drivers',
          viewName: table.slice('drivers_'.length),
          features: [feature],
          keys: own.map((cells) => bytes(cells, 'entity_key')),
          values: [own.map((cells) => bytes(cells, 'value'))],
          eventTimesMicros: own.map((cells) => micros(cells, 'event_ts') ?? Number.NaN),
          createdTimesMicros: own.map((cells) => micros(cells, 'created_ts')),
        });
        expect(await writer.write(batch, soon())).toEqual({ written: own.length, skipped: 0 });
      }
      if (rows.length === 0) continue;
      rowCount += rows.length;
      const found = dumpTable(path, table);
      expect(found.columns).toEqual(columns);
      const sorted = (list: readonly unknown[]) => list.map((row) => JSON.stringify(row)).toSorted();
      expect(sorted(found.rows.map(({ cells }) => cells))).toEqual(sorted(rows));
    }
    expect(rowCount).toBeGreaterThan(100);
  });
});
