import type { IncomingMessage, Server, ServerResponse } from 'node:http';

export interface TurnoverLimits {
  /** About so many requests; 0 for no limit. */
  readonly requests: number;
  /** About so long; 0 for no limit. */
  readonly ageMs: number;
}

interface ConnectionState {
  requests: number;
  readonly lastRequest: number;
  readonly endsAtMs: number;
}

/**
 * Ends connections in order, with `Connection: close` on an answer: after so many requests or so long, with jitter, and
 * when this process has more than its share. Pooled clients come back, and spread over all workers.
 */
export class ConnectionTurnover {
  private readonly states = new WeakMap<object, ConnectionState>();
  private excess = 0;

  constructor(
    server: Server,
    private readonly limits: TurnoverLimits,
    /** Somebody waits for a place: every answer ends its connection. */
    private readonly isFull: () => boolean,
  ) {
    server.prependListener('request', (request, response) => this.onRequest(request, response));
  }

  /** So many connections are to end with their next answers. */
  shed(connections: number): void {
    this.excess = Math.max(0, connections);
  }

  private onRequest({ socket }: IncomingMessage, response: ServerResponse): void {
    let state = this.states.get(socket);
    if (!state) {
      state = newState(this.limits);
      this.states.set(socket, state);
    }
    state.requests++;
    if (state.requests >= state.lastRequest || performance.now() >= state.endsAtMs || this.isFull()) {
      response.setHeader('connection', 'close');
    } else if (this.excess > 0) {
      this.excess--;
      response.setHeader('connection', 'close');
    }
  }
}

/** Half as much to one and a half times as much: connections that began together do not end together. */
function newState({ requests, ageMs }: TurnoverLimits): ConnectionState {
  const jitter = 0.5 + Math.random();
  return {
    requests: 0,
    lastRequest: requests === 0 ? Infinity : Math.max(1, Math.round(requests * jitter)),
    endsAtMs: ageMs === 0 ? Infinity : performance.now() + ageMs * jitter,
  };
}
