import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { RecordingSink } from '../../../../test/support/recording-sink.js';
import { driverKey } from '../../../../test/support/stored-rows.js';
import { hashOf, RowCache } from './row-cache.js';
import type { ReportedRow, RowKey } from './row-segment.js';

const MEBIBYTE = 1 << 20;

const keyOf = (id: number, view = 0): RowKey => {
  const bytes = driverKey(id);
  return { view, hash: hashOf(bytes), bytes };
};

/** Cells of `null` are not there. */
function rowOf(eventTimeMicros: number, cells: readonly (Uint8Array | null)[]): ReportedRow {
  const ranges = new Int32Array(2 * cells.length).fill(-1);
  let end = 0;
  for (const [field, cell] of cells.entries()) {
    if (!cell) continue;
    ranges.set([end, end + cell.length], 2 * field);
    end += cell.length;
  }
  const bytes = Buffer.concat(cells.map((cell) => cell ?? new Uint8Array()));
  return { eventTimeMicros, ranges, bytes, cellBytes: end };
}

const numberCell = (id: number): Uint8Array => Buffer.from(String(id));

function found(cache: RowCache, key: RowKey): readonly string[] | undefined {
  const place = cache.find(key);
  if (place < 0) return undefined;
  const sink = new RecordingSink();
  sink.begin();
  cache.report(place, { view: 7, row: 9 }, sink);
  return sink.lines();
}

/** `undefined` where it is not kept. */
function heldIds(cache: RowCache, ids: readonly number[]): number[] {
  return ids.filter((id) => found(cache, keyOf(id)) !== undefined);
}

const idsUntil = (count: number): number[] => Array.from({ length: count }, (_, id) => id);

function fill(cache: RowCache, ids: readonly number[]): void {
  for (const id of ids) {
    cache.prepare();
    cache.add(keyOf(id), rowOf(id, [numberCell(id)]));
    // The second try is the one that finds room after the other segment was emptied.
    cache.prepare();
    cache.add(keyOf(id), rowOf(id, [numberCell(id)]));
  }
}

describe('RowCache', () => {
  it('reports rows as they were reported: cells, nulls, what is absent, rows that are not there', () => {
    const cache = new RowCache(MEBIBYTE);
    const cells = [Buffer.from('0807', 'hex'), null, new Uint8Array(), Buffer.alloc(300, 5)];
    cache.add(keyOf(1), rowOf(-1_772_359_200_000_001, cells));
    cache.add(keyOf(2), rowOf(Number.NaN, []));
    cache.add(keyOf(1, 1), rowOf(0, []));
    expect(found(cache, keyOf(1))).toEqual([
      '7/9 0=0807',
      '7/9 2=',
      `7/9 3=${'05'.repeat(300)}`,
      '7/9 @-1772359200000001',
    ]);
    expect(found(cache, keyOf(2))).toEqual([]);
    expect(found(cache, keyOf(1, 1))).toEqual(['7/9 @0']);
    expect(found(cache, keyOf(2, 1))).toBeUndefined();
    expect(found(cache, keyOf(3))).toBeUndefined();
  });

  it('tells keys apart whatever their hashes are', () => {
    fc.assert(
      fc.property(fc.uniqueArray(fc.uint8Array({ maxLength: 6 }), { selector: String }), (keys) => {
        const cache = new RowCache(MEBIBYTE);
        const sameHash = keys.map((bytes): RowKey => ({ view: 0, hash: bytes.length % 2, bytes }));
        for (const [at, key] of sameHash.entries()) cache.add(key, rowOf(at, [key.bytes]));
        for (const [at, key] of sameHash.entries()) {
          expect(found(cache, key)).toEqual([
            `7/9 0=${Buffer.from(key.bytes).toString('hex')}`,
            `7/9 @${at}`,
          ]);
        }
      }),
    );
  });

  it('keeps what it has room for, and never holds more than its limit', () => {
    const cache = new RowCache(MEBIBYTE);
    const ids = idsUntil(5000);
    fill(cache, ids);
    expect(heldIds(cache, ids)).toEqual(ids);
    fill(cache, idsUntil(25_000));
    expect(cache.heldBytes).toBeLessThanOrEqual(MEBIBYTE);
    expect(cache.heldBytes).toBeGreaterThan(MEBIBYTE / 2);
  });

  it('pushes out what it has kept longest, half of it at a time', () => {
    const cache = new RowCache(MEBIBYTE);
    const ids = idsUntil(20_000);
    fill(cache, ids);
    const held = heldIds(cache, ids);
    expect(held).toEqual(ids.slice(ids.length - held.length));
    expect(held.length).toBeGreaterThan(4000);
    expect(held.length).toBeLessThan(ids.length);
    for (const id of held.slice(-10)) expect(found(cache, keyOf(id))).toContain(`7/9 @${id}`);
  });

  it('moves nothing while a read holds places', () => {
    const cache = new RowCache(100_000);
    cache.prepare();
    cache.add(keyOf(0), rowOf(0, [numberCell(0)]));
    const place = cache.find(keyOf(0));
    for (const id of idsUntil(5000)) cache.add(keyOf(id), rowOf(id, [numberCell(id)]));
    const sink = new RecordingSink();
    sink.begin();
    cache.report(place, { view: 0, row: 0 }, sink);
    expect(sink.lines()).toEqual(['0/0 0=30', '0/0 @0']);
  });

  it('does not keep a row that would push out many others', () => {
    const cache = new RowCache(MEBIBYTE);
    const ids = idsUntil(2000);
    fill(cache, ids);
    fill(cache, [2001]);
    for (let times = 0; times < 4; times++) {
      cache.prepare();
      cache.add(keyOf(3000), rowOf(0, [Buffer.alloc(100_000)]));
    }
    expect(found(cache, keyOf(3000))).toBeUndefined();
    expect(heldIds(cache, ids)).toEqual(ids);
  });

  it('forgets everything when it is of another version', () => {
    const cache = new RowCache(MEBIBYTE);
    expect(cache.isOf(1)).toBe(false);
    fill(cache, [1, 2]);
    expect(cache.isOf(1)).toBe(true);
    expect(heldIds(cache, [1, 2])).toEqual([1, 2]);
    expect(cache.isOf(2)).toBe(false);
    expect(heldIds(cache, [1, 2])).toEqual([]);
    expect(cache.isOf(2)).toBe(true);
    fill(cache, [1]);
    expect(heldIds(cache, [1, 2])).toEqual([1]);
  });

  it('counts views by table and features', () => {
    const cache = new RowCache(MEBIBYTE);
    const first = cache.viewNumber('t', ['a', 'b']);
    expect(cache.viewNumber('t', ['a', 'b'])).toBe(first);
    const others = [
      cache.viewNumber('t', ['b', 'a']),
      cache.viewNumber('t', ['a']),
      cache.viewNumber('u', ['a', 'b']),
      cache.viewNumber('t', ['a","b']),
    ];
    expect(new Set([first, ...others]).size).toBe(5);
  });

  it('never gives the number of a view to another one, however many there are', () => {
    const cache = new RowCache(MEBIBYTE);
    const numbers = idsUntil(10_000).map((id) => cache.viewNumber(`t${id}`, []));
    expect(new Set(numbers).size).toBe(10_000);
  });
});
