import { CredentialStrategy } from '../credential.strategy.js';

/** `auth: no_auth` with keys in `salver.yaml`: the keys, and nothing else. */
export class ApiKeyStrategy extends CredentialStrategy {
  protected override rememberedCaller(): undefined {
    return undefined;
  }

  protected override callerOfToken(): undefined {
    return undefined;
  }
}
