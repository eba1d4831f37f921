import { type CanActivate, createParamDecorator, type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import { PermissionDeniedError, UnauthenticatedError } from '../../common/errors/errors.js';
import type { Caller } from './caller.js';
import type { RouteAccess } from './route-access.js';

/** What a route checks. A route with neither this nor `@Public` is refused. */
export const RequirePermission = Reflector.createDecorator<RouteAccess>();

/** Opens a route to everyone: health, OpenAPI. */
export const Public = Reflector.createDecorator<void, true>({ transform: () => true });

/** The authenticated caller, as a handler parameter. */
export const CurrentCaller = createParamDecorator((_: unknown, context: ExecutionContext) =>
  callerOf(context),
);

/**
 * Closed by default: a route must say what it checks. Which resources those are, and whether the caller may,
 * depends on the body: that is `AccessPolicy.assertAllowed`, called when the names are resolved.
 */
@Injectable()
export class PermissionGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const targets = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride(Public, targets)) return true;
    if (!callerOf(context)) throw new UnauthenticatedError('Invalid or expired access token');
    if (!this.reflector.getAllAndOverride(RequirePermission, targets)) {
      throw new PermissionDeniedError('This route does not say which permission it needs, so it is closed');
    }
    return true;
  }
}

function callerOf(context: ExecutionContext): Caller | undefined {
  return context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>().user;
}
