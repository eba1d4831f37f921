import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { RefusalEvent } from './audit-event.js';
import type { AuditLog } from './audit-log.js';

const REFUSALS: ReadonlyMap<number, RefusalEvent['status']> = new Map([
  [401, 'unauthenticated'],
  [403, 'denied'],
]);

/** A line in the audit log for each request that was refused. */
export function registerRefusalAudit(fastify: FastifyInstance, audit: AuditLog): void {
  fastify.addHook('onResponse', (request: FastifyRequest & { user?: { subject: string } }, reply, done) => {
    const status = REFUSALS.get(reply.statusCode);
    if (status) {
      audit.record({
        event: 'request_refused',
        requestor_id: requestorId(request.user),
        method: request.method,
        endpoint: request.routeOptions.url ?? '',
        status,
      });
    }
    done();
  });
}

/** Shape: the subject of the caller; `anonymous` for nobody in particular. */
export function requestorId(caller: { readonly subject: string } | undefined): string {
  return caller?.subject || 'anonymous';
}
