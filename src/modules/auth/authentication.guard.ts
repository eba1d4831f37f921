import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { FeatureServerError, UnauthenticatedError } from '../../common/errors/errors.js';
import type { Caller } from './caller.js';
import { Public } from './permission.guard.js';

/** The name under which the strategy of the configured kind is known to passport. */
export const CALLER_STRATEGY = 'salver';

/** Finds out who calls, by the passport strategy of the configured kind. */
@Injectable()
export class AuthenticationGuard extends AuthGuard(CALLER_STRATEGY) {
  constructor(private readonly reflector: Reflector) {
    super();
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    if (this.reflector.getAllAndOverride(Public, [context.getHandler(), context.getClass()])) return true;
    return (await super.canActivate(context)) as boolean;
  }

  override handleRequest<T = Caller>(error: unknown, caller: T | false): T {
    if (error instanceof FeatureServerError) throw error;
    if (error) throw error as Error;
    if (!caller) throw new UnauthenticatedError('Invalid or expired access token');
    return caller;
  }
}
