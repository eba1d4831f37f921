import { connect, type Socket } from 'node:net';

import { LOOPBACK } from '../support/server-process.ts';
import { AnswerReader, type WireAnswer } from './answer-reader.ts';

/** How a wait for an answer ended when there was none. */
export type NoAnswer = 'closed' | 'timeout';

/** One TCP connection, with the answers that come on it in order. */
export class Connection {
  readonly #socket: Socket;
  readonly #reader = new AnswerReader();
  #arrived: Buffer[] = [];
  #wake: (() => void) | undefined;
  #isClosed = false;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.setNoDelay(true);
    socket.on('data', (bytes: Buffer) => {
      this.#arrived.push(bytes);
      this.#wake?.();
    });
    socket.on('error', () => this.#closed());
    socket.on('close', () => this.#closed());
    socket.on('end', () => this.#closed());
  }

  static async open(port: number): Promise<Connection> {
    const { promise, resolve, reject } = Promise.withResolvers<Connection>();
    const socket = connect(port, LOOPBACK);
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(new Connection(socket));
    });
    return promise;
  }

  get isOpen(): boolean {
    return !this.#isClosed && this.#socket.writable;
  }

  /** What comes after the peer has closed is lost, as for every client. */
  write(bytes: Buffer): void {
    if (this.isOpen) this.#socket.write(bytes);
  }

  /** Errors: BadAnswerError. */
  async answer(limitMs: number, hasBody = true): Promise<WireAnswer | NoAnswer> {
    const giveUpAt = performance.now() + limitMs;
    for (;;) {
      const bytes = Buffer.concat(this.#arrived.splice(0));
      const answer = this.#reader.next(bytes, hasBody);
      if (answer !== undefined) return answer;
      if (this.#isClosed) return 'closed';
      const leftMs = giveUpAt - performance.now();
      if (leftMs <= 0) return 'timeout';
      await this.#more(leftMs);
    }
  }

  destroy(): void {
    this.#socket.destroy();
  }

  async #more(limitMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    const timer = setTimeout(resolve, limitMs);
    this.#wake = resolve;
    // What came between the last look and now.
    if (this.#arrived.length > 0 || this.#isClosed) resolve();
    await promise;
    clearTimeout(timer);
    this.#wake = undefined;
  }

  #closed(): void {
    this.#isClosed = true;
    this.#wake?.();
  }
}
