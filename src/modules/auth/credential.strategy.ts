import type { FastifyRequest } from 'fastify';
import { deadlineOf } from '../http/request-context.js';
import type { ApiKeys } from './api-key/api-keys.js';
import type { Caller } from './caller.js';
import { CallerStrategy } from './caller.strategy.js';
import { type Credentials, credentialsOf } from './credentials.js';
import type { SecuritySchemes } from '../http/openapi-security.js';
import { LastTokens } from './last-tokens.js';
import { API_KEY } from './security-schemes.js';
import { tokenDigest } from './verified-callers.js';
import { withDeadline } from './with-deadline.js';

/** Authentication is on: a token or a key is wanted. What kind of token, the subclass knows. */
export abstract class CredentialStrategy extends CallerStrategy {
  private readonly lastTokens = new LastTokens();

  constructor(private readonly apiKeys: ApiKeys) {
    super();
  }

  override recognise({ raw }: FastifyRequest): Caller | undefined {
    const known = this.lastTokens.digestOf(raw);
    if (known !== undefined) return this.rememberedCaller(known);
    const credentials = credentialsOf(raw);
    if (credentials === undefined) return undefined;
    if (this.isKey(credentials)) return this.apiKeys.callerOf(credentials.text);
    const digest = tokenDigest(credentials.text);
    const caller = this.rememberedCaller(digest);
    if (caller !== undefined) this.lastTokens.keep(raw, digest);
    return caller;
  }

  override validate(request: FastifyRequest): Caller | undefined | Promise<Caller | undefined> {
    const credentials = credentialsOf(request.raw);
    if (credentials === undefined) return undefined;
    if (this.isKey(credentials)) return this.apiKeys.callerOf(credentials.text);
    const caller = this.callerOfToken(credentials.text);
    return caller instanceof Promise ? withDeadline(caller, deadlineOf(request)) : caller;
  }

  override securitySchemes(): SecuritySchemes {
    return this.apiKeys.none ? {} : API_KEY;
  }

  private isKey({ kind, text }: Credentials): boolean {
    return kind === 'api-key' || this.apiKeys.isKey(text);
  }

  /** The caller of a token that was verified before, as long as that holds; by the digest of the token. */
  protected abstract rememberedCaller(digest: string): Caller | undefined;

  protected abstract callerOfToken(token: string): Caller | undefined | Promise<Caller | undefined>;
}
