import { type FileHandle, open } from 'node:fs/promises';
import { isMissing } from '../../common/files/durable-files.js';
import {
  decodeFrameHead,
  decodeSegmentHeader,
  FRAME_HEAD_BYTES,
  HEADER_HEAD_BYTES,
  type HeaderReading,
  isFrameIntact,
  segmentSeed,
} from './segment.codec.js';

/** Where the next frame of a segment begins, and the number of its first entry. */
export interface SegmentPosition {
  readonly offset: number;
  readonly number: number;
}

export interface SegmentFrame {
  readonly at: SegmentPosition;
  readonly count: number;
  /** In the file. */
  readonly payloadAt: number;
  /** Only valid until the next frame is asked for. */
  readonly payload: Buffer;
  readonly next: SegmentPosition;
}

/** What of a file is read at a time, unless a frame is larger. */
const WINDOW_BYTES = 256 * 1024;
const MAX_HEADER_BYTES = 64 * 1024;

/** Reads one segment, which another process may be writing. */
export class SegmentFile {
  readonly #seed: number;
  private window = Buffer.alloc(0);
  private windowAt = 0;

  private constructor(
    private readonly handle: FileHandle,
    segment: string,
  ) {
    this.#seed = segmentSeed(segment);
  }

  /** Undefined when it is not there any more. Errors: those of the file system. */
  static async open(path: string, segment: string): Promise<SegmentFile | undefined> {
    try {
      return new SegmentFile(await open(path, 'r'), segment);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  async bytes(): Promise<number> {
    return (await this.handle.stat()).size;
  }

  async header(): Promise<HeaderReading> {
    const bytes = Buffer.alloc(Math.min(MAX_HEADER_BYTES, Math.max(HEADER_HEAD_BYTES, await this.bytes())));
    const length = await this.readInto(bytes, 0);
    const reading = decodeSegmentHeader(bytes.subarray(0, length));
    return reading.kind === 'incomplete' && length === MAX_HEADER_BYTES ? { kind: 'damaged' } : reading;
  }

  /**
   * The intact frame at a position.
   *
   * Shape:  undefined when none begins there: the file ends, or a frame is being written, or torn, or damaged.
   *         `bytes` is the size of the file. Errors: those of the file system.
   */
  async frameAt(at: SegmentPosition, bytes: number): Promise<SegmentFrame | undefined> {
    if (at.offset + FRAME_HEAD_BYTES > bytes) return undefined;
    const head = decodeFrameHead(await this.read(at.offset, FRAME_HEAD_BYTES, bytes));
    const length = FRAME_HEAD_BYTES + head.payloadBytes;
    if (head.first !== at.number || at.offset + length > bytes) return undefined;
    const frame = await this.read(at.offset, length, bytes);
    if (frame.length < length || !isFrameIntact(frame, this.#seed)) return undefined;
    return {
      at,
      count: head.count,
      payloadAt: at.offset + FRAME_HEAD_BYTES,
      payload: frame.subarray(FRAME_HEAD_BYTES),
      next: { offset: at.offset + length, number: at.number + head.count },
    };
  }

  /** Whether an intact frame of this segment begins anywhere behind a position: then what is there was written once. */
  async hasFrameBehind(at: SegmentPosition, bytes: number): Promise<boolean> {
    for (let offset = at.offset; offset < bytes; offset += WINDOW_BYTES) {
      const window = await this.slice(offset, Math.min(WINDOW_BYTES + FRAME_HEAD_BYTES - 1, bytes - offset));
      for (const { place, number } of possibleFrames(window, { ...at, bytes: bytes - offset })) {
        if ((await this.frameAt({ offset: offset + place, number }, bytes)) !== undefined) return true;
      }
    }
    return false;
  }

  /** A copy of some bytes. Errors: those of the file system. */
  async slice(offset: number, length: number): Promise<Buffer> {
    const bytes = Buffer.allocUnsafe(length);
    return bytes.subarray(0, await this.readInto(bytes, offset));
  }

  async close(): Promise<void> {
    await this.handle.close();
  }

  /** Shape: `length` bytes, and what follows up to `end` for the next ones. */
  private async read(offset: number, length: number, end: number): Promise<Buffer> {
    const inWindow = offset - this.windowAt;
    if (inWindow >= 0 && inWindow + length <= this.window.length) {
      return this.window.subarray(inWindow, inWindow + length);
    }
    const window = Buffer.allocUnsafe(Math.max(length, Math.min(WINDOW_BYTES, end - offset)));
    this.window = window.subarray(0, await this.readInto(window, offset));
    this.windowAt = offset;
    return this.window.subarray(0, length);
  }

  private async readInto(target: Buffer, offset: number): Promise<number> {
    let done = 0;
    while (done < target.length) {
      const { bytesRead } = await this.handle.read(target, done, target.length - done, offset + done);
      if (bytesRead === 0) break;
      done += bytesRead;
    }
    return done;
  }
}

/** Places where a head makes sense. Shape: `number` is the least number that can follow, `bytes` what is there in all. */
function* possibleFrames(
  window: Buffer,
  { number, bytes }: { readonly number: number; readonly bytes: number },
): Generator<{ readonly place: number; readonly number: number }> {
  for (let place = 0; place + FRAME_HEAD_BYTES <= window.length; place++) {
    const { first, payloadBytes } = decodeFrameHead(window.subarray(place, place + FRAME_HEAD_BYTES));
    if (first >= number && place + FRAME_HEAD_BYTES + payloadBytes <= bytes) yield { place, number: first };
  }
}
