import { closeSync, openSync, renameSync, writeSync } from 'node:fs';
import { encodeNotice, type WriteNotice } from './write-notice.codec.js';

/** Of one file: the next one begins empty. */
const MAX_BYTES = 8 << 20;
/** A notice that is larger is not written: to read the table again is as fast. */
const MAX_NOTICE_BYTES = 1 << 20;

/**
 * What the process that writes tells those that search: a file of notices, one per line, in a folder of the server.
 *
 * Shape:  it begins anew with each writer, and when it has grown: then another file has its name.
 *         What cannot be written is left out. Who finds a gap reads everything again.
 */
export class NoticeLog {
  private handle: number | undefined;
  private bytes = 0;

  constructor(private readonly path: string) {}

  /** Never throws. */
  append(notice: WriteNotice): void {
    const line = Buffer.from(encodeNotice(notice));
    if (line.length > MAX_NOTICE_BYTES) return;
    try {
      if (this.bytes > MAX_BYTES) this.close();
      this.handle ??= this.begin();
      this.bytes += line.length;
      if (writeSync(this.handle, line) === line.length) return;
    } catch {
      // As if only a part had been written.
    }
    this.close();
  }

  close(): void {
    const { handle } = this;
    this.handle = undefined;
    try {
      if (handle !== undefined) closeSync(handle);
    } catch {
      // Nothing that anybody should be told of: what was written is there, or is a gap.
    }
  }

  /** Nobody sees a part of the old file as one of the new. */
  private begin(): number {
    const beside = `${this.path}.new`;
    const handle = openSync(beside, 'w', 0o600);
    renameSync(beside, this.path);
    this.bytes = 0;
    return handle;
  }
}
