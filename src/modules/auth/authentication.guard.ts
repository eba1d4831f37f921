import { type ExecutionContext, Injectable } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import { FeatureServerError, UnauthenticatedError } from '../../common/errors/errors.js';
import type { FastifyRequest } from 'fastify';
import type { Caller } from './caller.js';
import { CallerStrategy } from './caller.strategy.js';
import { routeRules } from './permission.guard.js';

/**
 * Finds out who calls, by the passport strategy of the configured kind. A caller that the strategy knows already is let in
 * at once; passport runs where there is something to verify, or somebody to refuse.
 */
@Injectable()
export class AuthenticationGuard extends AuthGuard() {
  constructor(private readonly strategy: CallerStrategy) {
    super({ defaultStrategy: strategy.name });
  }

  override canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { isPublic, isIdentified } = routeRules(context);
    if (!isPublic) return this.authenticate(context);
    return isIdentified ? this.identify(context) : true;
  }

  override handleRequest<T = Caller>(error: unknown, caller: T | false): T {
    if (error instanceof FeatureServerError) throw error;
    if (error) throw error as Error;
    if (!caller) throw new UnauthenticatedError('Invalid or expired access token');
    return caller;
  }

  private authenticate(context: ExecutionContext): boolean | Promise<boolean> {
    const request = context.switchToHttp().getRequest<FastifyRequest & { user?: Caller }>();
    const caller = this.strategy.recognise(request);
    if (caller === undefined) return super.canActivate(context) as Promise<boolean>;
    request.user = caller;
    return true;
  }

  /** On an open route a caller who cannot be told is nobody, and is let in all the same. */
  private async identify(context: ExecutionContext): Promise<boolean> {
    try {
      await this.authenticate(context);
    } catch (error) {
      if (!(error instanceof FeatureServerError)) throw error;
    }
    return true;
  }
}
