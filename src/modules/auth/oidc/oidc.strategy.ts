import type { OnModuleDestroy, OnModuleInit } from '@nestjs/common';
import type { ApiKeys } from '../api-key/api-keys.js';
import type { Caller } from '../caller.js';
import { CredentialStrategy } from '../credential.strategy.js';
import type { SecuritySchemes } from '../../http/openapi-security.js';
import { BEARER_TOKEN } from '../security-schemes.js';
import type { OidcTokens } from './oidc-tokens.js';

/** `auth: oidc`: tokens of an issuer. */
export class OidcStrategy extends CredentialStrategy implements OnModuleInit, OnModuleDestroy {
  constructor(
    apiKeys: ApiKeys,
    private readonly tokens: OidcTokens,
  ) {
    super(apiKeys);
  }

  onModuleInit(): void {
    this.tokens.start();
  }

  onModuleDestroy(): void {
    this.tokens.close();
  }

  override waitingFor(): string | undefined {
    return this.tokens.ready ? undefined : 'issuer';
  }

  override securitySchemes(): SecuritySchemes {
    return { ...BEARER_TOKEN, ...this.tokens.loginScheme(), ...super.securitySchemes() };
  }

  protected override rememberedCaller(digest: string): Caller | undefined {
    return this.tokens.rememberedCaller(digest);
  }

  protected override callerOfToken(token: string): Caller | Promise<Caller | undefined> {
    return this.tokens.callerOf(token);
  }
}
