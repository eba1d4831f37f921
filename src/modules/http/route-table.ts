import type { FastifyInstance } from 'fastify';
import { requestPath } from './request-path.js';
import type { UnmatchedRoute } from '../../common/errors/error.filter.js';

/** Every route of the server, to tell a wrong method and a trailing slash from an unknown path. */
export class RouteTable {
  private readonly methodsOf = new Map<string, Set<string>>();

  /** Must be called before routes are registered. */
  static of(fastify: FastifyInstance): RouteTable {
    const table = new RouteTable();
    fastify.addHook('onRoute', ({ url, method }) => {
      const methods = table.methodsOf.get(url) ?? new Set();
      for (const name of [method].flat()) methods.add(name);
      table.methodsOf.set(url, methods);
    });
    return table;
  }

  /** `url` as in the request line, query included. */
  explain(url: string): UnmatchedRoute {
    const path = requestPath(url);
    const methods = this.methodsOf.get(path);
    if (methods) return { kind: 'other-method', allow: [...methods].sort().join(', ') };
    if (path.length > 1 && path.endsWith('/') && this.methodsOf.has(path.slice(0, -1))) {
      return { kind: 'redirect', path: path.slice(0, -1) + url.slice(path.length) };
    }
    return { kind: 'unknown' };
  }
}
