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

/** What a route says of itself. */
export interface RouteRules {
  readonly isPublic: boolean;
  readonly isIdentified: boolean;
  readonly access: RouteAccess | undefined;
}

type RulesOfHandlers = WeakMap<ReturnType<ExecutionContext['getHandler']>, RouteRules>;

const reflector = new Reflector();
const knownRules = new WeakMap<ReturnType<ExecutionContext['getClass']>, RulesOfHandlers>();

/** Looked up once per handler of a controller: metadata are slow to read, and never change. */
export function routeRules(context: ExecutionContext): RouteRules {
  const [handler, controller] = [context.getHandler(), context.getClass()];
  let ofController = knownRules.get(controller);
  if (ofController === undefined) knownRules.set(controller, (ofController = new WeakMap()));
  let rules = ofController.get(handler);
  if (rules === undefined) {
    const targets = [handler, controller];
    rules = {
      isPublic: reflector.getAllAndOverride(Public, targets) ?? false,
      isIdentified: reflector.getAllAndOverride(Identified, targets) ?? false,
      access: reflector.getAllAndOverride(RequiredPermission, targets),
    };
    ofController.set(handler, rules);
  }
  return rules;
}

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
  canActivate(context: ExecutionContext): boolean {
    const { isPublic, access } = routeRules(context);
    if (isPublic) return true;
    if (!callerOf(context)) throw new UnauthenticatedError('Invalid or expired access token');
    if (!access) {
      throw new PermissionDeniedError('This route does not say which permission it needs, so it is closed');
    }
    return true;
  }
}

function callerOf(context: ExecutionContext): Caller | undefined {
  return context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>().user;
}
