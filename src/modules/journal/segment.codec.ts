import { crc32 } from 'node:zlib';
import type { SegmentHeader } from './segment-header.js';

const SEGMENT_FORMAT = 1;

/** Length, count, first number, checksum. */
export const FRAME_HEAD_BYTES = 16;
/** Magic, format, length of the text, checksum. */
export const HEADER_HEAD_BYTES = 20;

const MAGIC = Buffer.from('SLVRJRNL', 'latin1');
const NUMBER_BYTES = 12;

/** What stands before the payload of a frame. */
export interface FrameHead {
  readonly payloadBytes: number;
  /** How many numbers the frame takes; 0 in the frame that ends a segment. */
  readonly count: number;
  readonly first: number;
  readonly checksum: number;
}

export type HeaderReading =
  | { readonly kind: 'header'; readonly header: SegmentHeader; readonly bytes: number }
  /** It ends too early: it may still be written. */
  | { readonly kind: 'incomplete' }
  | { readonly kind: 'damaged' }
  /** Of a later version of this server. */
  | { readonly kind: 'newer'; readonly format: number };

/**
 * The beginning of a segment.
 *
 * Shape:  magic (8 bytes), format, bytes of the text, CRC-32 of both and the text (u32 each, little endian), then the
 *         header as JSON text.
 */
export function encodeSegmentHeader(header: SegmentHeader): Buffer {
  const text = Buffer.from(JSON.stringify(header), 'utf8');
  const head = Buffer.alloc(HEADER_HEAD_BYTES);
  MAGIC.copy(head);
  head.writeUInt32LE(SEGMENT_FORMAT, 8);
  head.writeUInt32LE(text.length, 12);
  head.writeUInt32LE(crc32(text, crc32(head.subarray(0, 16))), 16);
  return Buffer.concat([head, text]);
}

/** Shape: of the first bytes of a file. */
export function decodeSegmentHeader(bytes: Buffer): HeaderReading {
  if (bytes.length < HEADER_HEAD_BYTES) return { kind: 'incomplete' };
  if (!bytes.subarray(0, MAGIC.length).equals(MAGIC)) return { kind: 'damaged' };
  const length = bytes.readUInt32LE(12);
  const end = HEADER_HEAD_BYTES + length;
  if (bytes.length < end) return { kind: 'incomplete' };
  const text = bytes.subarray(HEADER_HEAD_BYTES, end);
  if (crc32(text, crc32(bytes.subarray(0, 16))) !== bytes.readUInt32LE(16)) return { kind: 'damaged' };
  const format = bytes.readUInt32LE(8);
  if (format !== SEGMENT_FORMAT) return { kind: 'newer', format };
  return { kind: 'header', header: JSON.parse(text.toString('utf8')) as SegmentHeader, bytes: end };
}

/** Where the checksums of a segment begin: a block of another file that turns up in it is not taken for its own. */
export function segmentSeed(segment: string): number {
  return crc32(segment);
}

/**
 * One write of a segment: whole or not there at all.
 *
 * Shape:  bytes of the payload, how many numbers it takes, the first of them, CRC-32 of all that (u32 each, little
 *         endian), then the payload. Without numbers and payload it ends the segment.
 */
export function encodeFrame(first: number, count: number, payload: Uint8Array, seed: number): Buffer {
  const frame = Buffer.allocUnsafe(FRAME_HEAD_BYTES + payload.length);
  frame.writeUInt32LE(payload.length, 0);
  frame.writeUInt32LE(count, 4);
  frame.writeUInt32LE(first, 8);
  frame.writeUInt32LE(crc32(payload, crc32(frame.subarray(0, NUMBER_BYTES), seed)), NUMBER_BYTES);
  frame.set(payload, FRAME_HEAD_BYTES);
  return frame;
}

/** Shape: `head` has at least `FRAME_HEAD_BYTES`. */
export function decodeFrameHead(head: Buffer): FrameHead {
  return {
    payloadBytes: head.readUInt32LE(0),
    count: head.readUInt32LE(4),
    first: head.readUInt32LE(8),
    checksum: head.readUInt32LE(NUMBER_BYTES),
  };
}

/** Shape: `frame` is the whole frame, as long as its head says. */
export function isFrameIntact(frame: Buffer, seed: number): boolean {
  const sum = crc32(frame.subarray(FRAME_HEAD_BYTES), crc32(frame.subarray(0, NUMBER_BYTES), seed));
  return sum === frame.readUInt32LE(NUMBER_BYTES);
}
