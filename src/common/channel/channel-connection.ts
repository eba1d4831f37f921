import { connect, type Socket } from 'node:net';
import { encodeHeader, type FrameHeader, FrameType, PREFACE } from './frame.codec.js';
import { FrameReader } from './frame-reader.js';
import type { PendingRequest } from './pending-request.js';

/** An answer is small; the largest is a list of what is wrong with rows. */
const MAX_ANSWER_BYTES = 64 << 20;

export interface ConnectionEvents {
  /** It is there, or takes more again. */
  readonly onWritable: () => void;
  /** A reply or a failure. */
  readonly onFrame: (header: FrameHeader, payload: Buffer) => void;
  /** Once, also when it never was there. `isComplete`: what was not answered was not looked at. */
  readonly onClose: (isComplete: boolean) => void;
}

/** One connection at the side that asks. */
export class ChannelConnection {
  private readonly socket: Socket;
  private readonly reader: FrameReader;
  isConnected = false;
  private isEnding = false;
  private isComplete = false;

  constructor(
    address: string,
    private readonly events: ConnectionEvents,
  ) {
    this.reader = new FrameReader({
      admit: ({ payloadBytes }) => payloadBytes <= MAX_ANSWER_BYTES,
      onFrame: (header, payload) => this.receive(header, payload),
    });
    this.socket = connect(address);
    this.socket.on('connect', () => {
      this.isConnected = true;
      this.socket.write(PREFACE);
      events.onWritable();
    });
    this.socket.on('drain', () => events.onWritable());
    this.socket.on('data', (chunk) => this.read(chunk));
    // The close that follows says all.
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => events.onClose(this.isComplete));
  }

  get isWritable(): boolean {
    return this.isConnected && !this.isEnding && this.socket.writable && !this.socket.writableNeedDrain;
  }

  send({ id, payload, deadline }: PendingRequest): void {
    const header = {
      type: FrameType.request,
      id,
      timeoutMs: deadline.remainingMs(),
      payloadBytes: payload.length,
    };
    this.socket.cork();
    this.socket.write(encodeHeader(header));
    this.socket.write(payload);
    this.socket.uncork();
  }

  destroy(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    try {
      this.reader.read(chunk);
    } catch {
      // Whoever that is, it is not our writer: what was sent is sent again to another.
      this.destroy();
    }
  }

  private receive(header: FrameHeader, payload: Buffer): void {
    if (header.type === FrameType.goodbye) this.isEnding = true;
    else if (header.type === FrameType.done) this.isComplete = true;
    else this.events.onFrame(header, payload);
  }
}
