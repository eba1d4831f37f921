import { rmSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { deserialize, serialize } from 'node:v8';
import { UnavailableError } from '../errors/errors.js';
import { Deadline } from '../model/deadline.js';
import type { ChannelMethod } from './channel-method.js';
import { ServedPeer } from './served-peer.js';

/** After the last answer, until peers have closed their ends. */
const CLOSE_LIMIT_MS = 1000;

export interface ChannelServerOptions {
  /** Of all requests that are under way; what is over is refused. */
  readonly maxWaitingBytes: number;
  /** A handler threw what is no error of ours, or a peer sent rubbish. */
  readonly onProblem?: (message: string, error: unknown) => void;
}

type Handler = (request: unknown, deadline: Deadline) => Promise<unknown>;

/**
 * Answers requests of other processes of this host. Peers that end, or send rubbish, are forgotten; what they asked for
 * is done all the same.
 */
export class ChannelServer {
  private readonly server: Server;
  private readonly handlers = new Map<string, Handler>();
  private readonly peers = new Set<ServedPeer>();
  private readonly refuses: (header: { readonly payloadBytes: number }) => UnavailableError | undefined;
  private waiting = 0;

  constructor(private readonly options: ChannelServerOptions) {
    this.server = createServer((socket) => this.accept(socket));
    this.refuses = ({ payloadBytes }) => {
      if (this.waiting + payloadBytes <= options.maxWaitingBytes) return undefined;
      return new UnavailableError(
        `too much waits to be written already (${this.waiting} bytes): nothing was stored; try again later`,
      );
    };
  }

  /** Bytes of the requests that are under way. */
  get waitingBytes(): number {
    return this.waiting;
  }

  /** The requests of this kind are answered by `handler`. Its errors go back to who asked. */
  handle<Request, Reply>(
    { name }: ChannelMethod<Request, Reply>,
    handler: (request: Request, deadline: Deadline) => Promise<Reply>,
  ): void {
    this.handlers.set(name, handler as Handler);
  }

  /** Errors: those of the system. */
  async listen(address: string): Promise<void> {
    // What a process left there that was killed.
    if (process.platform !== 'win32') rmSync(address, { force: true });
    await new Promise<void>((resolve, reject) => {
      this.server.once('error', reject);
      this.server.listen(address, () => {
        this.server.off('error', reject);
        this.server.on('error', (error) => this.options.onProblem?.('the channel failed', error));
        resolve();
      });
    });
  }

  /**
   * No request is taken from now on. Resolves when those under way are answered, at the latest at the deadline.
   */
  async close(deadline: Deadline): Promise<void> {
    this.server.close();
    const { promise, resolve } = Promise.withResolvers<void>();
    const limit = setTimeout(resolve, deadline.remainingMs());
    const gone = Promise.all([...this.peers].map((peer) => peer.finish(CLOSE_LIMIT_MS)));
    await Promise.race([gone, promise]);
    clearTimeout(limit);
    for (const peer of this.peers) peer.destroy();
  }

  private accept(socket: Socket): void {
    const peer = new ServedPeer(socket, {
      refuse: this.refuses,
      account: (bytes) => (this.waiting += bytes),
      answer: (payload, deadline) => this.answer(payload, deadline),
      onProblem: (message, error) => this.options.onProblem?.(message, error),
    });
    this.peers.add(peer);
    socket.once('close', () => this.peers.delete(peer));
  }

  private async answer(payload: Buffer, deadline: Deadline): Promise<Buffer> {
    const [name, request] = deserialize(payload) as [string, unknown];
    const handler = this.handlers.get(name);
    if (handler === undefined) throw new Error(`nobody answers requests of the kind ${name}`);
    return serialize(await handler(request, deadline));
  }
}
