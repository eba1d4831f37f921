/** What a frame says. Every request gets one `reply` or `failure` with its id. */
export const FrameType = {
  request: 1,
  reply: 2,
  failure: 3,
  /** The server ends in order: what it has read it answers, and more should not be sent. */
  goodbye: 4,
  /** All that the server took is answered: what has no answer was not looked at. */
  done: 5,
} as const;
export type FrameType = (typeof FrameType)[keyof typeof FrameType];

export interface FrameHeader {
  readonly type: FrameType;
  /** Of the request; 0 where there is none. */
  readonly id: number;
  /** Of a request: how long its sender waits from now on; else 0. */
  readonly timeoutMs: number;
  readonly payloadBytes: number;
}

/** What a client sends first, so that nobody else is taken for one: a name and the version of the frames. */
export const PREFACE: Uint8Array = Buffer.from('SALVER\0\x01', 'latin1');
export const HEADER_BYTES = 13;
/** What a request costs a process besides its payload, about, so that many small ones are bounded too. */
export const REQUEST_OVERHEAD_BYTES = 256;
const MAX_UINT32 = 0xffff_ffff;

/**
 * The head of a frame; the payload follows it.
 *
 * Shape:  little-endian: payload bytes (u32), type (u8), id (u32), timeout (u32).
 */
export function encodeHeader({ type, id, timeoutMs, payloadBytes }: FrameHeader): Buffer {
  const bytes = Buffer.allocUnsafe(HEADER_BYTES);
  bytes.writeUInt32LE(payloadBytes, 0);
  bytes.writeUInt8(type, 4);
  bytes.writeUInt32LE(id, 5);
  bytes.writeUInt32LE(Math.min(MAX_UINT32, Math.ceil(timeoutMs)), 9);
  return bytes;
}

/** `undefined` for bytes that are no head of a frame. */
export function decodeHeader(bytes: Buffer): FrameHeader | undefined {
  const type = bytes.readUInt8(4);
  if (type < FrameType.request || type > FrameType.done) return undefined;
  return {
    type: type as FrameType,
    id: bytes.readUInt32LE(5),
    timeoutMs: bytes.readUInt32LE(9),
    payloadBytes: bytes.readUInt32LE(0),
  };
}
