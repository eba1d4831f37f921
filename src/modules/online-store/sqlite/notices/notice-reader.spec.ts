import { appendFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { NoticeLog } from './notice-log.js';
import { NoticeReader } from './notice-reader.js';
import { type ChangedKeys, encodeNotice } from './write-notice.codec.js';

let folder: string;
let path: string;
let log: NoticeLog;
let reader: NoticeReader;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'salver-notices-'));
  path = join(folder, 'changes');
  log = new NoticeLog(path);
  reader = new NoticeReader(path);
});
afterEach(() => {
  log.close();
  reader.close();
  rmSync(folder, { recursive: true });
});

function tell(from: number, to: number, keys: readonly number[], table = 't'): void {
  const changed = new Map([[table, keys.map((key) => Uint8Array.of(key, 0, 255))]]);
  log.append({ from: `s${from}`, to: `s${to}`, keys: changed });
}

function told(from: number, to: number, table = 't'): number[] | undefined {
  const changed: ChangedKeys | undefined = reader.changes(`s${from}`, `s${to}`);
  return changed && (changed.get(table) ?? []).map(([key]) => key!);
}

describe('NoticeReader', () => {
  it('follows notices from one state to another, and not past a gap', () => {
    expect(told(1, 1)).toEqual([]);
    expect(told(1, 2)).toBeUndefined();
    tell(1, 2, [7]);
    tell(2, 3, [8, 9]);
    tell(4, 5, [10]);
    expect(told(1, 2)).toEqual([7]);
    expect(told(1, 3)).toEqual([7, 8, 9]);
    expect(told(2, 3)).toEqual([8, 9]);
    expect(told(1, 5)).toBeUndefined();
    expect(told(4, 5, 'other')).toEqual([]);
    // What was missing may come late.
    tell(3, 4, []);
    expect(told(1, 5)).toEqual([7, 8, 9, 10]);
    reader.forget();
    expect(told(1, 2)).toBeUndefined();
  });

  it('goes on with the next writer, which begins a file of its own', () => {
    tell(1, 2, [1]);
    expect(told(1, 2)).toEqual([1]);
    tell(2, 3, [2]);
    log.close();
    log = new NoticeLog(path);
    tell(3, 4, [3]);
    expect(told(1, 4)).toEqual([1, 2, 3]);
  });

  it('waits for the end of a line, and passes over one that never had one', () => {
    tell(1, 2, [1]);
    expect(told(1, 2)).toEqual([1]);
    tell(2, 3, [2]);
    const line = readFileSync(path, 'utf8').trimEnd().split('\n')[1]!;
    appendFileSync(path, line.slice(0, 20).replace('s2', 's3'));
    expect(told(1, 3)).toEqual([1, 2]);
    const next = encodeNotice({ from: 's3', to: 's4', keys: new Map([['t', [Uint8Array.of(3)]]]) });
    appendFileSync(path, `${line}\n${next}`);
    expect([told(1, 4), told(2, 4)]).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
  });

  it('has no end when notices lead in a circle', () => {
    tell(1, 2, [1]);
    tell(2, 1, [2]);
    expect(told(1, 3)).toBeUndefined();
  });
});

describe('NoticeLog', () => {
  it('begins anew when it has grown, and leaves out what is large', () => {
    const append = (from: number, bytes: number): void =>
      log.append({ from: `s${from}`, to: `s${from + 1}`, keys: new Map([['t', [new Uint8Array(bytes)]]]) });
    const size = (): number => statSync(path).size;
    for (let state = 1; state < 40; state++) append(state, 300_000);
    expect(size()).toBeLessThan(9 << 20);
    expect(told(1, 40)).toBeUndefined();
    expect(told(39, 40)).toHaveLength(1);
    const before = size();
    append(40, 1 << 20);
    expect(size()).toBe(before);
    expect(told(39, 41)).toBeUndefined();
  });

  it('does without where nothing can be written', () => {
    log = new NoticeLog(join(folder, 'nowhere', 'changes'));
    expect(() => tell(1, 2, [1])).not.toThrow();
  });
});
