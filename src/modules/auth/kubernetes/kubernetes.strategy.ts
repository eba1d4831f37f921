import type { OnModuleDestroy } from '@nestjs/common';
import type { ApiKeys } from '../api-key/api-keys.js';
import type { Caller } from '../caller.js';
import { CredentialStrategy } from '../credential.strategy.js';
import type { SecuritySchemes } from '../../http/openapi-security.js';
import { BEARER_TOKEN } from '../security-schemes.js';
import type { KubernetesTokens } from './kubernetes-tokens.js';

/** `auth: kubernetes`: tokens of service accounts and users of the cluster that this server runs in. */
export class KubernetesStrategy extends CredentialStrategy implements OnModuleDestroy {
  constructor(
    apiKeys: ApiKeys,
    private readonly tokens: KubernetesTokens,
  ) {
    super(apiKeys);
  }

  onModuleDestroy(): void {
    this.tokens.close();
  }

  override securitySchemes(): SecuritySchemes {
    return { ...BEARER_TOKEN, ...super.securitySchemes() };
  }

  protected override rememberedCaller(digest: string): Caller | undefined {
    return this.tokens.rememberedCaller(digest);
  }

  protected override callerOfToken(token: string): Caller | Promise<Caller | undefined> {
    return this.tokens.callerOf(token);
  }
}
