import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { lineSource, LineStoreWriter } from '../../../test/support/line-store-writer.js';
import { errorOf } from '../../../test/support/stored-rows.js';
import { UnavailableError } from '../../common/errors/errors.js';
import { GroupingOfflineStoreWriter } from './grouping-offline-store-writer.js';
import type { OfflineEntry } from './offline-store-writer.js';

let folder: string;
let behind: LineStoreWriter;
let writer: GroupingOfflineStoreWriter;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-grouping-'));
  behind = new LineStoreWriter(30);
  writer = new GroupingOfflineStoreWriter(behind, folder);
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = (name = 'a'): string => join(folder, name);
const entry = (number: number, column = 'n'): OfflineEntry => ({
  id: undefined,
  rows: { columns: new Map([[column, [number]]]), rows: 1 },
});
const lines = (name?: string): string[] => readFileSync(path(name), 'utf8').trimEnd().split('\n');
const numbers = (count: number): number[] => Array.from({ length: count }, (_, n) => n);

describe('appends to one source', () => {
  it('share merges while one is under way, in their order', async () => {
    await Promise.all(numbers(20).map((n) => writer.append(lineSource(path()), [entry(n)])));
    expect(behind.merges).toEqual([1, 19]);
    expect(lines()).toEqual(numbers(20).map((n) => `{"n": [${n}]}`));
  });

  it('are never under way twice, by whatever name the source goes', async () => {
    const names = ['one', 'two', 'three'];
    await Promise.all(
      numbers(30).map((n) => writer.append(lineSource(path(), { name: names[n % 3] as string }), [entry(n)])),
    );
    expect(behind.most.ofOneFile).toBe(1);
    expect(lines()).toHaveLength(30);
  });

  it('are never under way twice, however its path is written', async () => {
    symlinkSync('.', path('link'));
    const paths = ['a', './a', 'link/a'].map((name) => `${folder}/${name}`);
    await Promise.all(paths.map((name, n) => writer.append(lineSource(name), [entry(n)])));
    expect(behind.most.ofAll).toBe(1);
    expect(lines()).toEqual([0, 1, 2].map((n) => `{"n": [${n}]}`));
  });

  it('are merged apart where columns are mapped in other ways', async () => {
    const other = lineSource(path(), { fieldMapping: new Map() });
    await Promise.all([
      writer.append(lineSource(path()), [entry(0)]),
      writer.append(lineSource(path()), [entry(1)]),
      writer.append(other, [entry(2)]),
      writer.append(other, [entry(3)]),
    ]);
    expect(behind.merges).toEqual([1, 1, 2]);
    expect(lines()).toHaveLength(4);
  });

  it('hand back to each what was refused of it', async () => {
    const all = await Promise.all([
      writer.append(lineSource(path()), [entry(0)]),
      writer.append(lineSource(path()), [entry(1), entry(2, 'bad')]),
      writer.append(lineSource(path()), [entry(3, 'bad'), entry(4), entry(5, 'bad')]),
    ]);
    expect(all.map((refused) => refused.map(({ index }) => index))).toEqual([[], [1], [0, 2]]);
    expect(lines()).toEqual([0, 1, 4].map((n) => `{"n": [${n}]}`));
  });

  it('fail together, and the next ones are tried anew', async () => {
    behind.failure = new Error('ENOSPC: no space left on device');
    const first = errorOf(() => writer.append(lineSource(path()), [entry(0)]));
    const second = writer.append(lineSource(path()), [entry(1)]);
    expect(await first).toBeInstanceOf(UnavailableError);
    expect(String(await first)).toContain('no space left on device');
    expect(await second).toEqual([]);
    expect(lines()).toEqual(['{"n": [1]}']);
  });
});

describe('appends to other sources', () => {
  it('do not wait', async () => {
    await Promise.all(['a', 'b', 'c'].map((name) => writer.append(lineSource(path(name)), [entry(0)])));
    expect(behind.most.ofAll).toBe(3);
  });
});

describe('the end', () => {
  it('comes when all is appended', async () => {
    const appends = Promise.all(numbers(5).map((n) => writer.append(lineSource(path()), [entry(n)])));
    await writer.close();
    expect(behind.isClosed).toBe(true);
    expect(lines()).toHaveLength(5);
    await appends;
  });
});
