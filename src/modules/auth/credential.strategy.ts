import type { FastifyRequest } from 'fastify';
import { deadlineOf } from '../http/request-context.js';
import type { ApiKeys } from './api-key/api-keys.js';
import type { Caller } from './caller.js';
import { CallerStrategy } from './caller.strategy.js';
import { credentialsOf } from './credentials.js';
import type { SecuritySchemes } from '../http/openapi-security.js';
import { API_KEY } from './security-schemes.js';
import { withDeadline } from './with-deadline.js';

/** Authentication is on: a token or a key is wanted. What kind of token, the subclass knows. */
export abstract class CredentialStrategy extends CallerStrategy {
  constructor(private readonly apiKeys: ApiKeys) {
    super();
  }

  override validate(request: FastifyRequest): Caller | undefined | Promise<Caller | undefined> {
    const credentials = credentialsOf(request.raw);
    if (credentials === undefined) return undefined;
    const { kind, text } = credentials;
    if (kind === 'api-key' || this.apiKeys.isKey(text)) return this.apiKeys.callerOf(text);
    const caller = this.callerOfToken(text);
    return caller instanceof Promise ? withDeadline(caller, deadlineOf(request)) : caller;
  }

  override securitySchemes(): SecuritySchemes {
    return this.apiKeys.none ? {} : API_KEY;
  }

  protected abstract callerOfToken(token: string): Caller | undefined | Promise<Caller | undefined>;
}
