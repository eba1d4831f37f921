import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirectory } from '../../common/files/durable-files.js';
import { FILE_MODE } from './durable-files.js';
import { ownProcessMark } from './process-life.js';
import { encodeFrame, encodeSegmentHeader, segmentSeed } from './segment.codec.js';
import type { JournalIdentity } from './segment-header.js';
import { SEGMENT_SUFFIX } from './segment-names.js';

/** What is written in one frame. */
export interface FramePayload {
  /** How many numbers it takes: at least 1. */
  readonly count: number;
  readonly bytes: Uint8Array;
}

/** Writes one segment. After a failure it is of no use any more: what was not made durable before is not part of it. */
export class SegmentWriter {
  private nextNumber = 1;

  private constructor(
    readonly segment: string,
    private readonly path: string,
    private readonly handle: FileHandle,
    private durableBytes: number,
  ) {}

  /** The file is there, durably, when it resolves. Errors: those of the file system; then nothing is left. */
  static async create(
    directory: string,
    identity: JournalIdentity,
    suffix = SEGMENT_SUFFIX,
  ): Promise<SegmentWriter> {
    const createdAtMs = Date.now();
    const segment = `${createdAtMs}-${randomBytes(8).toString('hex')}`;
    const path = join(directory, segment + suffix);
    const header = encodeSegmentHeader({ segment, ...identity, process: ownProcessMark(), createdAtMs });
    const handle = await open(path, 'wx', FILE_MODE);
    try {
      await writeFully(handle, header, 0);
      await handle.sync();
      await syncDirectory(directory);
    } catch (error) {
      await handle.close().catch(() => undefined);
      await rm(path, { force: true }).catch(() => undefined);
      throw error;
    }
    return new SegmentWriter(segment, path, handle, header.length);
  }

  get bytes(): number {
    return this.durableBytes;
  }

  /** Durable when it resolves. Errors: those of the file system; then the segment has to be abandoned. */
  async append(payloads: readonly FramePayload[]): Promise<void> {
    const seed = segmentSeed(this.segment);
    let number = this.nextNumber;
    const frames = payloads.map(({ count, bytes }) => {
      const frame = encodeFrame(number, count, bytes, seed);
      number += count;
      return frame;
    });
    const written = await this.write(frames);
    this.nextNumber = number;
    this.durableBytes += written;
  }

  /** Says that nothing follows, and closes the file. */
  async seal(): Promise<void> {
    try {
      const end = encodeFrame(this.nextNumber, 0, new Uint8Array(), segmentSeed(this.segment));
      // Not synced: without it the segment ends when its process does.
      await writeFully(this.handle, end, this.durableBytes);
    } finally {
      await this.handle.close();
    }
  }

  /** After a failure: takes back what is not durable, as far as that is possible, and closes the file. */
  async abandon(): Promise<void> {
    try {
      await this.handle.truncate(this.durableBytes);
      await this.seal();
    } catch {
      await this.handle.close().catch(() => undefined);
    }
  }

  private async write(frames: readonly Buffer[]): Promise<number> {
    const bytes = frames.length === 1 ? frames[0]! : Buffer.concat(frames);
    await writeFully(this.handle, bytes, this.durableBytes);
    await this.handle.datasync();
    // A file that somebody removed takes everything and keeps nothing.
    if ((await this.handle.stat()).nlink === 0) throw new Error(`${this.path} was removed`);
    return bytes.length;
  }
}

/** A write may take less than it was given. */
async function writeFully(handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length;) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done);
    if (bytesWritten === 0) throw new Error('the file system takes nothing');
    done += bytesWritten;
  }
}
