import type { FastifyInstance } from 'fastify';

/**
 * Hands every body over as its bytes, whatever its content type says: the token is checked before anything
 * is parsed, and `curl -d` without a header works.
 */
export function registerRawBody(fastify: FastifyInstance): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
