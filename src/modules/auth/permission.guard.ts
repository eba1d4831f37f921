import {
  applyDecorators,
  type CanActivate,
  createParamDecorator,
  type ExecutionContext,
  Injectable,
} from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { ApiExtension } from '@nestjs/swagger';
import type { FastifyRequest } from 'fastify';
import { PermissionDeniedError, UnauthenticatedError } from '../../common/errors/errors.js';
import { PERMISSION_EXTENSION } from '../http/openapi-security.js';
import type { Caller } from './caller.js';
import { describeActions, type RouteAccess } from './route-access.js';

const RequiredPermission = Reflector.createDecorator<RouteAccess>();

/** What a route checks, for the guard and for `/openapi.json`. A route with neither this nor `@Public` is refused. */
export function RequirePermission(access: RouteAccess): MethodDecorator & ClassDecorator {
  return applyDecorators(
    RequiredPermission(access),
    ApiExtension(PERMISSION_EXTENSION, describeActions(access)),
  );
}

/** Opens a route to everyone: health, OpenAPI. */
export const Public = Reflector.createDecorator<void, true>({ transform: () => true });

/** On a public route: finds out who calls if the request says so, and lets in everybody all the same. */
export const Identified = Reflector.createDecorator<void, true>({ transform: () => true });

/** The authenticated caller, as a handler parameter; on a public route `undefined`, unless it is `@Identified`. */
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
    if (!this.reflector.getAllAndOverride(RequiredPermission, targets)) {
      throw new PermissionDeniedError('This route does not say which permission it needs, so it is closed');
    }
    return true;
  }
}

function callerOf(context: ExecutionContext): Caller | undefined {
  return context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>().user;
}
