import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';

/** Where Swagger UI wants the issuer to send people back to: beside the page that they came from. */
const RETURN_FILES = [
  ['oauth2-redirect.html', 'text/html; charset=utf-8'],
  ['oauth2-redirect.js', 'text/javascript; charset=utf-8'],
] as const;

/** For Swagger UI: the log-in of a public client by authorization code, with proof of possession. */
export function loginOptions(clientId: string) {
  return { initOAuth: { clientId, scopes: ['openid'], usePkceWithAuthorizationCodeGrant: true } };
}

/** Serves the page that takes the code of the issuer. It holds nothing of ours. */
export function serveLoginReturn(fastify: FastifyInstance): void {
  const swagger = createRequire(createRequire(import.meta.url).resolve('@nestjs/swagger'));
  const folder = (swagger('swagger-ui-dist/absolute-path.js') as () => string)();
  for (const [name, type] of RETURN_FILES) {
    const content = readFileSync(join(folder, name));
    fastify.get(`/${name}`, (_request, reply) => reply.type(type).send(content));
  }
}
