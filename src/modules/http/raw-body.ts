import type { FastifyInstance } from 'fastify';

const RAW_BYTES = 'application/octet-stream';

/**
 * Hands every body over as its bytes, whatever its content type says: the token is checked before anything
 * is parsed, and `curl -d` without a header works.
 */
export function registerRawBody(fastify: FastifyInstance): void {
  fastify.addHook('onRequest', (request, _reply, done) => {
    // Fastify refuses a type that is no media type before it asks any parser.
    if (request.headers['content-type'] !== undefined) request.headers['content-type'] = RAW_BYTES;
    done();
  });
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
}
