import type { Server } from 'node:http';
import { Server as NetServer } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { deadlineOf } from '../modules/http/request-context.js';
import { type LastAnswer, RequestsUnderWay, sendLast } from '../modules/http/requests-under-way.js';
import type { CutOff } from '../modules/transformations/hang-guard.js';

const REPLACED: LastAnswer = {
  status: 503,
  retryAfterSeconds: 1,
  message: 'The process that had this request is replaced: try again in a moment',
};

/**
 * Answers for a process that was cut off and is about to end: whoever asked for what never ended, those who waited
 * beside, and what still comes on open connections, or has come and was not read. Nothing of the application can be relied
 * on any more.
 */
export function answerAfterCutOff(
  fastify: Pick<FastifyInstance, 'server'>,
  { running, afterMs }: CutOff,
): void {
  const server: Server = fastify.server;
  NetServer.prototype.close.call(server);
  server.removeAllListeners('request');
  server.on('request', (_request, response) => sendLast(response, REPLACED));
  RequestsUnderWay.of(fastify).answerAll((request) =>
    running && deadlineOf(request) === running.deadline ? endless(running.viewName, afterMs) : REPLACED,
  );
}

/** No `Retry-After`: the same request would cost the next process. */
function endless(viewName: string, afterMs: number): LastAnswer {
  return {
    status: 504,
    message: `On-demand feature view ${viewName}: its function did not end within ${Math.round(afterMs)} ms and was cut off`,
  };
}
