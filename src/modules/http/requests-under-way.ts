import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { REQUEST_ID_HEADER } from './request-context.js';

/** An answer that is made without the framework. */
export interface LastAnswer {
  readonly status: number;
  /** Seconds after which the request may be sent again; undefined where it should not be. */
  readonly retryAfterSeconds?: number;
  readonly message: string;
}

const known = new WeakMap<object, RequestsUnderWay>();

/** The requests that are being answered. */
export class RequestsUnderWay {
  private readonly requests = new Map<ServerResponse, FastifyRequest>();

  /** Those of a server. */
  static of(fastify: Pick<FastifyInstance, 'server'>): RequestsUnderWay {
    let requests = known.get(fastify.server);
    if (!requests) known.set(fastify.server, (requests = new RequestsUnderWay()));
    return requests;
  }

  get size(): number {
    return this.requests.size;
  }

  has(response: ServerResponse): boolean {
    return this.requests.has(response);
  }

  add(response: ServerResponse, request: FastifyRequest): void {
    this.requests.set(response, request);
  }

  delete(response: ServerResponse): void {
    this.requests.delete(response);
  }

  /** Answers all that have no answer yet: nobody works on them any more. Their connections end with that. */
  answerAll(answerOf: (request: FastifyRequest) => LastAnswer): void {
    for (const [response, request] of this.requests) {
      if (!response.headersSent) sendLast(response, answerOf(request), request.id);
    }
  }
}

/** Answers and ends the connection. Shape: as the error filter answers what is not available. */
export function sendLast(
  response: ServerResponse,
  { status, message, retryAfterSeconds }: LastAnswer,
  requestId?: string,
): void {
  const body = JSON.stringify(message);
  const headers: OutgoingHttpHeaders = {
    'content-type': 'application/json',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  if (retryAfterSeconds !== undefined) headers['retry-after'] = String(retryAfterSeconds);
  if (requestId !== undefined) headers[REQUEST_ID_HEADER] = requestId;
  response.writeHead(status, headers);
  response.end(body);
}
