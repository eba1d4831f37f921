import type { FastifyInstance } from 'fastify';
import { UnavailableError } from '../../common/errors/errors.js';

/** Bodies up to this long are always taken: it is the long ones that fill the memory. */
const SMALL_BODY_BYTES = 65_536;
/** How many bodies of the largest size a worker holds at once. */
const LARGEST_BODIES = 4;

/**
 * Bodies are received before anybody knows who sends them, so that strangers could fill the memory with long ones. What
 * long bodies hold together is bounded: a body that goes beyond is answered with 503, small ones go on.
 */
export function registerBodyBudget(fastify: FastifyInstance, bodyLimitBytes: number): void {
  const budgetBytes = LARGEST_BODIES * bodyLimitBytes;
  let heldBytes = 0;
  fastify.addHook('preParsing', (request, reply, payload, done) => {
    const { 'content-length': length, 'transfer-encoding': encoding } = request.headers;
    if (encoding === undefined && Number(length ?? 0) <= SMALL_BODY_BYTES) {
      done(null, payload);
      return;
    }
    let ownBytes = 0;
    const count = (chunk: Buffer): void => {
      ownBytes += chunk.length;
      heldBytes += chunk.length;
      if (heldBytes <= budgetBytes || ownBytes <= SMALL_BODY_BYTES) return;
      payload.off('data', count);
      // Whoever collects the body hears of it and lets go; without a listener nobody collects any more.
      const refusal = new UnavailableError('The server holds too many large bodies: try again in a moment');
      if (payload.listenerCount('error') > 0) payload.emit('error', refusal);
    };
    payload.on('data', count);
    reply.raw.once('close', () => {
      payload.off('data', count);
      heldBytes -= ownBytes;
    });
    done(null, payload);
  });
}
