import type { Server, Socket } from 'node:net';

/** So many wait at the most, for each that is served: beyond, a client is better off elsewhere. */
const WAITING_PER_SERVED = 4;

type Listener = (socket: Socket) => void;

/**
 * Serves so many connections at a time; what is over waits in the order of arrival, unread, and is refused when too
 * many wait or for too long. Must be made before the server listens.
 */
export class ConnectionGate {
  private served = 0;
  private readonly waiting = new Set<Socket>();
  private readonly listeners: readonly Listener[];

  constructor(
    private readonly server: Server,
    private readonly limits: { readonly maxServed: number; readonly maxWaitMs: number },
  ) {
    this.listeners = server.listeners('connection') as Listener[];
    server.removeAllListeners('connection');
    server.on('connection', (socket: Socket) => this.arrived(socket));
  }

  /** That are served. */
  get open(): number {
    return this.served;
  }

  /** Whether a connection that ends would make room for another. */
  get isFull(): boolean {
    return this.waiting.size > 0;
  }

  private arrived(socket: Socket): void {
    if (this.served < this.limits.maxServed) this.serve(socket);
    else if (this.waiting.size >= this.limits.maxServed * WAITING_PER_SERVED) socket.destroy();
    else this.wait(socket);
  }

  private serve(socket: Socket): void {
    this.served++;
    socket.once('close', () => {
      this.served--;
      this.admit();
    });
    for (const listener of this.listeners) listener.call(this.server, socket);
  }

  private wait(socket: Socket): void {
    this.waiting.add(socket);
    const timer = setTimeout(() => socket.destroy(), this.limits.maxWaitMs);
    timer.unref();
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    const leave = (): void => {
      clearTimeout(timer);
      this.waiting.delete(socket);
    };
    socket.once('close', leave);
    socket.once('admitted', () => {
      leave();
      socket.off('close', leave);
      socket.off('error', ignore);
    });
  }

  private admit(): void {
    if (this.served >= this.limits.maxServed) return;
    const [next] = this.waiting;
    if (!next) return;
    next.emit('admitted');
    this.serve(next);
  }
}
