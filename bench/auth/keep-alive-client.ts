import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const ANSWER_LIMIT_MS = 30_000;

/** Connections to one server that stay open, each with one request under way at a time. */
export class KeepAliveClient {
  readonly #port: number;
  readonly #requests: readonly Buffer[];
  readonly #sockets: Socket[] = [];
  #next = 0;

  /** `requests` are sent in turn: heads and bodies, as they go over the wire. */
  constructor(port: number, requests: readonly Buffer[]) {
    this.#port = port;
    this.#requests = requests;
  }

  async open(connections: number): Promise<void> {
    for (let n = 0; n < connections; n += 1) {
      const socket = connect(this.#port, '127.0.0.1');
      await once(socket, 'connect');
      socket.setNoDelay(true);
      // What goes wrong during a conversation is told there; afterwards the server may end connections as it likes.
      socket.on('error', () => undefined);
      socket.setTimeout(ANSWER_LIMIT_MS, () => socket.destroy(new Error('no answer in time')));
      this.#sockets.push(socket);
    }
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  /** Sends so many requests over all connections. Errors: an Error for an answer that is not 200, or none. */
  async send(count: number): Promise<void> {
    let begun = 0;
    const nextRequest = (): Buffer | undefined => {
      if (begun === count) return undefined;
      begun += 1;
      this.#next = (this.#next + 1) % this.#requests.length;
      return this.#requests[this.#next];
    };
    await Promise.all(this.#sockets.map(async (socket) => conversation(socket, nextRequest)));
  }
}

async function conversation(socket: Socket, nextRequest: () => Buffer | undefined): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  let received = '';
  const ask = (): void => {
    const request = nextRequest();
    if (request === undefined) resolve();
    else socket.write(request);
  };
  const take = (chunk: Buffer): void => {
    received += chunk.toString('latin1');
    if (!isWhole(received)) return;
    if (!received.startsWith('HTTP/1.1 200 ')) reject(new Error(`answered ${received.slice(0, 300)}`));
    received = '';
    ask();
  };
  const closed = (): void => reject(new Error('the server closed a connection'));
  socket.on('data', take).once('error', reject).once('close', closed);
  try {
    ask();
    await promise;
  } finally {
    socket.off('data', take).off('error', reject).off('close', closed);
  }
}

function isWhole(received: string): boolean {
  const headEnd = received.indexOf('\r\n\r\n');
  if (headEnd < 0) return false;
  const length = /\r\ncontent-length: (\d+)\r\n/i.exec(received)?.[1];
  if (length === undefined) throw new Error(`an answer without its length: ${received.slice(0, 300)}`);
  return received.length >= headEnd + 4 + Number(length);
}
