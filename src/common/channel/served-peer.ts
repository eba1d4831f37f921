import type { Socket } from 'node:net';
import { FeatureServerError } from '../errors/errors.js';
import { Deadline } from '../model/deadline.js';
import { encodeError } from './channel-error.codec.js';
import { encodeHeader, type FrameHeader, FrameType, PREFACE, REQUEST_OVERHEAD_BYTES } from './frame.codec.js';
import { FrameReader } from './frame-reader.js';

export interface PeerService {
  /** An error for a request that is not taken, whose payload has not been read. */
  readonly refuse: (header: FrameHeader) => FeatureServerError | undefined;
  /** So many bytes more, or less, are under way. */
  readonly account: (bytes: number) => void;
  readonly answer: (payload: Buffer, deadline: Deadline) => Promise<Buffer>;
  readonly onProblem: (message: string, error: unknown) => void;
}

/** One connection at the side that answers. */
export class ServedPeer {
  private readonly reader: FrameReader;
  private readonly closed: Promise<void>;
  private underWay = 0;
  private isEnding = false;
  private onIdle: () => void = () => undefined;

  constructor(
    private readonly socket: Socket,
    private readonly service: PeerService,
  ) {
    this.reader = new FrameReader(
      {
        admit: (header) => this.admit(header),
        onFrame: (header, payload) => void this.serve(header, payload),
      },
      PREFACE,
    );
    socket.on('data', (chunk) => this.read(chunk));
    // A peer that was killed is no news: its end is all that counts.
    socket.on('error', () => undefined);
    this.closed = new Promise((resolve) => {
      socket.once('close', () => {
        // The rest of it will not come.
        if (this.reader.taking) this.release(this.reader.taking);
        resolve();
      });
    });
  }

  /** Answers what is under way, takes nothing more, and closes, within `closeLimitMs` of the last answer. */
  async finish(closeLimitMs: number): Promise<void> {
    this.isEnding = true;
    this.send(FrameType.goodbye, 0);
    if (this.underWay > 0) await new Promise<void>((resolve) => (this.onIdle = resolve));
    this.send(FrameType.done, 0);
    // What still comes is read and thrown away: unread bytes would reset the connection before the answers are read.
    this.socket.end();
    const limit = setTimeout(() => this.destroy(), closeLimitMs);
    await this.closed;
    clearTimeout(limit);
  }

  destroy(): void {
    this.socket.destroy();
  }

  private read(chunk: Buffer): void {
    try {
      this.reader.read(chunk);
    } catch (error) {
      this.service.onProblem('a peer was disconnected that sent rubbish', error);
      this.destroy();
    }
  }

  private admit(header: FrameHeader): boolean {
    if (header.type !== FrameType.request || this.isEnding) return false;
    const refusal = this.service.refuse(header);
    if (refusal === undefined) {
      this.service.account(header.payloadBytes + REQUEST_OVERHEAD_BYTES);
      return true;
    }
    this.send(FrameType.failure, header.id, encodeError(refusal));
    return false;
  }

  private release({ payloadBytes }: FrameHeader): void {
    this.service.account(-payloadBytes - REQUEST_OVERHEAD_BYTES);
  }

  private async serve(header: FrameHeader, payload: Buffer): Promise<void> {
    if (this.isEnding) {
      // It came to its end after `goodbye`, so that its sender will ask somebody else.
      this.release(header);
      return;
    }
    this.underWay++;
    try {
      const reply = await this.service.answer(payload, Deadline.after(header.timeoutMs));
      this.send(FrameType.reply, header.id, reply);
    } catch (error) {
      if (!(error instanceof FeatureServerError)) this.service.onProblem('a request failed', error);
      this.send(FrameType.failure, header.id, encodeError(error));
    } finally {
      this.release(header);
      this.underWay--;
      if (this.underWay === 0) this.onIdle();
    }
  }

  private send(type: FrameType, id: number, payload: Uint8Array = new Uint8Array()): void {
    const { socket } = this;
    if (!socket.writable) return;
    socket.cork();
    socket.write(encodeHeader({ type, id, timeoutMs: 0, payloadBytes: payload.length }));
    if (payload.length > 0) socket.write(payload);
    socket.uncork();
    if (!socket.writableNeedDrain || socket.isPaused()) return;
    // Who does not read answers is not listened to, so that answers do not pile up here.
    socket.pause();
    socket.once('drain', () => socket.resume());
  }
}
