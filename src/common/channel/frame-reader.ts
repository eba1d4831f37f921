import { decodeHeader, type FrameHeader, HEADER_BYTES } from './frame.codec.js';

/** The peer does not speak the language of the channel. */
class FrameError extends Error {}

export interface FrameEvents {
  /**
   * A frame begins. Without `true` its payload is thrown away as it comes, so that nobody can make this process hold
   * more than it agreed to.
   */
  readonly admit: (header: FrameHeader) => boolean;
  readonly onFrame: (header: FrameHeader, payload: Buffer) => void;
}

/** Cuts the bytes of a stream into frames. Payloads are copied out of the chunks once. */
export class FrameReader {
  private preface: Uint8Array;
  private readonly head = Buffer.alloc(HEADER_BYTES);
  private headLength = 0;
  private header: FrameHeader | undefined;
  /** Undefined for a payload that is thrown away. */
  private payload: Buffer | undefined;
  private payloadLength = 0;

  /** `preface`: what the peer must have said before its first frame. */
  constructor(
    private readonly events: FrameEvents,
    preface: Uint8Array = new Uint8Array(),
  ) {
    this.preface = preface;
  }

  /** The frame whose payload is kept, and not complete. */
  get taking(): FrameHeader | undefined {
    return this.payload && this.header;
  }

  /** Errors: FrameError; the reader is of no more use then. */
  read(chunk: Buffer): void {
    let at = this.readPreface(chunk);
    // A frame without a payload ends with its head.
    while (at < chunk.length) {
      at = this.header === undefined ? this.readHead(chunk, at) : this.readPayload(this.header, chunk, at);
    }
  }

  private readPreface(chunk: Buffer): number {
    const length = Math.min(this.preface.length, chunk.length);
    if (Buffer.compare(chunk.subarray(0, length), this.preface.subarray(0, length)) !== 0) {
      throw new FrameError('the peer is no process of this server');
    }
    this.preface = this.preface.subarray(length);
    return length;
  }

  private readHead(chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + HEADER_BYTES - this.headLength);
    this.headLength += chunk.copy(this.head, this.headLength, at, end);
    if (this.headLength === HEADER_BYTES) this.begin();
    return end;
  }

  private begin(): void {
    const header = decodeHeader(this.head);
    if (header === undefined) throw new FrameError('the peer sent what is no frame');
    this.headLength = 0;
    this.payloadLength = 0;
    this.payload = this.events.admit(header) ? Buffer.allocUnsafe(header.payloadBytes) : undefined;
    if (header.payloadBytes > 0) this.header = header;
    else this.finish(header);
  }

  private readPayload(header: FrameHeader, chunk: Buffer, at: number): number {
    const end = Math.min(chunk.length, at + header.payloadBytes - this.payloadLength);
    if (this.payload !== undefined) chunk.copy(this.payload, this.payloadLength, at, end);
    this.payloadLength += end - at;
    if (this.payloadLength === header.payloadBytes) this.finish(header);
    return end;
  }

  private finish(header: FrameHeader): void {
    const { payload } = this;
    this.header = undefined;
    this.payload = undefined;
    if (payload !== undefined) this.events.onFrame(header, payload);
  }
}
