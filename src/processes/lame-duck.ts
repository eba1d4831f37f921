import { Server as NetServer } from 'node:net';
import type { FastifyInstance } from 'fastify';

/** Idle connections are closed this long before the grace ends, so that they see an orderly end. */
const IDLE_CLOSE_BEFORE_END_MS = 1000;

/**
 * Ends a server without resetting a request: it stops accepting, answers what still comes on open connections
 * with `Connection: close`, and closes idle ones only at the end. Closing idle ones at once, as Node's own
 * `server.close()` does, resets requests that are on their way.
 */
export class LameDuck {
  private draining = false;

  constructor(private readonly fastify: Pick<FastifyInstance, 'server' | 'addHook'>) {
    // Not a Fastify hook: those cannot be added to a server that is ready.
    fastify.server.prependListener('request', (_request, response) => {
      if (this.draining) response.setHeader('connection', 'close');
    });
  }

  /** Resolves when the last connection is gone, at the latest after `graceMs`. */
  async drain(graceMs: number): Promise<void> {
    if (this.draining) return;
    this.draining = true;
    const server = this.fastify.server;
    const closed = new Promise<void>((resolve) => {
      NetServer.prototype.close.call(server, () => resolve());
    });
    const closeIdle = setTimeout(
      () => server.closeIdleConnections(),
      Math.max(0, graceMs - IDLE_CLOSE_BEFORE_END_MS),
    );
    const closeAll = setTimeout(() => server.closeAllConnections(), graceMs);
    await closed;
    clearTimeout(closeIdle);
    clearTimeout(closeAll);
  }
}
