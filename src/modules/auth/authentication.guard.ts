import { type ExecutionContext, Injectable } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import { AuthGuard } from '@nestjs/passport';
import { FeatureServerError, UnauthenticatedError } from '../../common/errors/errors.js';
import type { Caller } from './caller.js';
import { CallerStrategy } from './caller.strategy.js';
import { Identified, Public } from './permission.guard.js';

/** Finds out who calls, by the passport strategy of the configured kind. */
@Injectable()
export class AuthenticationGuard extends AuthGuard() {
  constructor(
    private readonly reflector: Reflector,
    strategy: CallerStrategy,
  ) {
    super({ defaultStrategy: strategy.name });
  }

  override async canActivate(context: ExecutionContext): Promise<boolean> {
    const targets = [context.getHandler(), context.getClass()];
    if (!this.reflector.getAllAndOverride(Public, targets))
      return (await super.canActivate(context)) as boolean;
    if (this.reflector.getAllAndOverride(Identified, targets)) await this.identify(context);
    return true;
  }

  override handleRequest<T = Caller>(error: unknown, caller: T | false): T {
    if (error instanceof FeatureServerError) throw error;
    if (error) throw error as Error;
    if (!caller) throw new UnauthenticatedError('Invalid or expired access token');
    return caller;
  }

  /** On an open route a caller who cannot be told is nobody, and is let in all the same. */
  private async identify(context: ExecutionContext): Promise<void> {
    try {
      await super.canActivate(context);
    } catch (error) {
      if (!(error instanceof FeatureServerError)) throw error;
    }
  }
}
