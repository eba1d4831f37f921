import type { CellSink } from '../online-store.js';
import { type ReportedRow, type RowKey, RowSegment } from './row-segment.js';

/** Larger rows are not kept: a few of them would push out everything else. */
const LARGEST_ROW_SHARE = 1 / 64;
/** Distinct views with their features; more are forgotten, and what was kept for them. */
const MAX_VIEWS = 4096;
const FNV_PRIME = 0x01000193;
const FNV_BASIS = 0x811c9dc5;

/** Where a row is kept. */
export type RowPlace = number;

/**
 * Rows that were read of one version of a store's file. Whoever asks says first which version it sees now: of another one
 * everything is forgotten.
 *
 * Shape:  two segments. When the one that is filled has no more room, the other one is emptied and filled: what was kept
 *         longest goes first. Places hold until the next `prepare`.
 */
export class RowCache {
  /** Rows that were asked for and found, or not. */
  hits = 0;
  misses = 0;

  private young: RowSegment;
  private old: RowSegment;
  private isFull = false;
  private version: number | undefined;
  private readonly viewNumbers = new Map<string, number>();
  private views = 0;

  private readonly maxRowBytes: number;

  /** `maxBytes`: all that is held. */
  constructor(maxBytes: number) {
    this.maxRowBytes = maxBytes * LARGEST_ROW_SHARE;
    this.young = new RowSegment(maxBytes / 2);
    this.old = new RowSegment(maxBytes / 2);
  }

  get heldBytes(): number {
    return this.young.heldBytes + this.old.heldBytes;
  }

  /** The number under which rows of a table with these features are kept. */
  viewNumber(table: string, features: readonly string[]): number {
    const name = JSON.stringify([table, ...features]);
    let number = this.viewNumbers.get(name);
    if (number === undefined) {
      if (this.viewNumbers.size >= MAX_VIEWS) {
        this.viewNumbers.clear();
        this.clear();
      }
      number = this.views++;
      this.viewNumbers.set(name, number);
    }
    return number;
  }

  /** Before a read. */
  prepare(): void {
    if (!this.isFull) return;
    [this.young, this.old] = [this.old, this.young];
    this.young.clear();
    this.isFull = false;
  }

  /** True when what is kept was read of this version; else it is forgotten. */
  isOf(version: number): boolean {
    if (version === this.version) return true;
    this.clear();
    this.version = version;
    return false;
  }

  /** -1 when it is not kept. */
  find(key: RowKey): RowPlace {
    const at = this.young.find(key);
    if (at >= 0) return 2 * at;
    const older = this.old.find(key);
    return older >= 0 ? 2 * older + 1 : -1;
  }

  report(place: RowPlace, to: { readonly view: number; readonly row: number }, sink: CellSink): void {
    const segment = place % 2 === 0 ? this.young : this.old;
    segment.report(Math.floor(place / 2), to, sink);
  }

  /** Keeps a row of the version that was said last, when there is room. */
  add(key: RowKey, row: ReportedRow): void {
    if (this.isFull || row.cellBytes > this.maxRowBytes || this.find(key) >= 0) return;
    this.isFull = !this.young.add(key, row);
  }

  private clear(): void {
    this.young.clear();
    this.old.clear();
    this.isFull = false;
  }
}

/** The `hash` of a key. */
export function hashOf(bytes: Uint8Array): number {
  let hash = FNV_BASIS | 0;
  for (let at = 0; at < bytes.length; at++) hash = Math.imul(hash ^ (bytes[at] as number), FNV_PRIME);
  // The low bits choose a slot.
  return hash ^ (hash >>> 15);
}
