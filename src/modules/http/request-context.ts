import { randomUUID } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { InvalidRequestError } from '../../common/errors/errors.js';
import { Deadline } from '../../common/model/deadline.js';

/** A caller may shorten the time that a request may take, never lengthen it. Whole milliseconds. */
export const TIMEOUT_HEADER = 'x-request-timeout-ms';
export const REQUEST_ID_HEADER = 'x-request-id';

const deadlines = new WeakMap<FastifyRequest, Deadline>();
const responses = new WeakMap<Deadline, ServerResponse>();

/** Gives every request its deadline and echoes its id. */
export function registerRequestContext(fastify: FastifyInstance, timeoutMs: number): void {
  fastify.addHook('onRequest', (request, reply, done) => {
    reply.header(REQUEST_ID_HEADER, request.id);
    const wanted = request.headers[TIMEOUT_HEADER];
    const begin = (limitMs: number): void => {
      const deadline = Deadline.after(limitMs);
      deadlines.set(request, deadline);
      responses.set(deadline, reply.raw);
    };
    if (wanted === undefined) {
      begin(timeoutMs);
      done();
    } else if (typeof wanted === 'string' && /^[1-9][0-9]{0,8}$/.test(wanted)) {
      begin(Math.min(timeoutMs, Number(wanted)));
      done();
    } else {
      done(
        new InvalidRequestError(
          `The header ${TIMEOUT_HEADER} must be a whole number of milliseconds, at least 1`,
        ),
      );
    }
  });
}

/** The deadline counts from the arrival of the request, body included. */
export function deadlineOf(request: FastifyRequest): Deadline {
  const deadline = deadlines.get(request);
  if (!deadline) throw new Error('registerRequestContext was not called');
  return deadline;
}

/** The response of the request with this deadline. */
export function responseOf(deadline: Deadline): ServerResponse | undefined {
  return responses.get(deadline);
}

/** The id that the caller gave, its trace id, or a new one: printable and short, as it goes into logs and answers. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers[REQUEST_ID_HEADER];
  if (typeof given === 'string' && /^[\x21-\x7e]{1,128}$/.test(given)) return given;
  const trace = request.headers.traceparent;
  const traceId = typeof trace === 'string' ? /^[0-9a-f]{2}-([0-9a-f]{32})-/.exec(trace)?.[1] : undefined;
  return traceId ?? randomUUID();
}
