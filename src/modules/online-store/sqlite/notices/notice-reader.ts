import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { fileIdentity } from '../sqlite-file.js';
import { type ChangedKeys, decodeNotice, type WriteNotice } from './write-notice.codec.js';

const READ_BYTES = 1 << 20;
const LINE_END = 0x0a;

/** Follows the notices of `NoticeLog` from one state of a file to another. */
export class NoticeReader {
  private handle: number | undefined;
  private identity: string | undefined;
  /** A line that had no end yet. */
  private rest = Buffer.alloc(0);
  /** By the state before. */
  private readonly notices = new Map<string, WriteNotice>();

  constructor(private readonly path: string) {}

  /** Everything that changed on the way from one state to the other; undefined when not all of it is known (yet). */
  changes(from: string, to: string): ChangedKeys | undefined {
    this.readNew();
    const way: WriteNotice[] = [];
    for (let at = from; at !== to;) {
      const notice = this.notices.get(at);
      if (notice === undefined || way.length === this.notices.size) return undefined;
      way.push(notice);
      at = notice.to;
    }
    return together(way);
  }

  /** What led to the present state, while nobody can write: no later way passes there. */
  forget(): void {
    this.notices.clear();
  }

  close(): void {
    if (this.handle !== undefined) closeSync(this.handle);
    this.handle = undefined;
    this.identity = undefined;
    this.rest = Buffer.alloc(0);
    this.notices.clear();
  }

  private readNew(): void {
    try {
      this.readLines();
      // The name is another file's when the writer has begun anew. What it wrote before was read just now.
      const identity = fileIdentity(this.path);
      if (identity === this.identity) return;
      this.readLines();
      this.open(identity);
      this.readLines();
    } catch {
      // A gap.
    }
  }

  private open(identity: string | undefined): void {
    if (this.handle !== undefined) closeSync(this.handle);
    this.handle = undefined;
    this.identity = undefined;
    this.rest = Buffer.alloc(0);
    if (identity === undefined) return;
    this.handle = openSync(this.path, 'r');
    const { dev, ino } = fstatSync(this.handle);
    this.identity = `${dev}:${ino}`;
  }

  private readLines(): void {
    if (this.handle === undefined) return;
    for (;;) {
      const buffer = Buffer.allocUnsafe(READ_BYTES);
      const count = readSync(this.handle, buffer);
      if (count === 0) return;
      const bytes = Buffer.concat([this.rest, buffer.subarray(0, count)]);
      const end = bytes.lastIndexOf(LINE_END) + 1;
      this.rest = bytes.subarray(end);
      for (const line of bytes.toString('utf8', 0, end).split('\n')) this.keep(line);
    }
  }

  private keep(line: string): void {
    const notice = line === '' ? undefined : decodeNotice(line);
    if (notice !== undefined) this.notices.set(notice.from, notice);
  }
}

function together(way: readonly WriteNotice[]): ChangedKeys {
  const all = new Map<string, Uint8Array[]>();
  for (const { keys } of way) {
    for (const [table, changed] of keys) {
      const known = all.get(table);
      if (known === undefined) all.set(table, [...changed]);
      else for (const key of changed) known.push(key);
    }
  }
  return all;
}
