import type { ServerResponse } from 'node:http';
import type { FastifyInstance } from 'fastify';
import type { ConnectionTable } from './connection-table.js';

const known = new WeakMap<object, RequestsUnderWay>();

/** The requests that are being answered. */
export class RequestsUnderWay {
  /** Is told what its connections are at. */
  table: ConnectionTable | undefined;
  private readonly responses = new Set<ServerResponse>();

  /** Those of a server. */
  static of(fastify: Pick<FastifyInstance, 'server'>): RequestsUnderWay {
    let requests = known.get(fastify.server);
    if (!requests) known.set(fastify.server, (requests = new RequestsUnderWay()));
    return requests;
  }

  get size(): number {
    return this.responses.size;
  }

  has(response: ServerResponse): boolean {
    return this.responses.has(response);
  }

  begins(response: ServerResponse): void {
    this.responses.add(response);
    this.table?.begins(response);
  }

  /** Its answer is handed to the network. */
  sends(response: ServerResponse): void {
    this.table?.sends(response);
  }

  ends(response: ServerResponse): void {
    this.responses.delete(response);
    this.table?.ends(response);
  }
}
