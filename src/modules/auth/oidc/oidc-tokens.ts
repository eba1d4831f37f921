import type { Caller } from '../caller.js';
import type { IntraServerTokens } from '../intra-server/intra-server-tokens.js';
import type { SecuritySchemes } from '../../http/openapi-security.js';
import { unverifiedClaims } from '../unverified-claims.js';
import type { VerifiedCaller, VerifiedCallers } from '../verified-callers.js';
import type { IssuerKeys } from './issuer-keys.js';
import type { TokenVerifier } from './token-verifier.js';

export interface OidcParts {
  readonly keys: IssuerKeys;
  readonly verifier: TokenVerifier;
  readonly callers: VerifiedCallers;
  /** `undefined`: such tokens are not taken. */
  readonly intraServer: IntraServerTokens | undefined;
  /** The cluster that this server runs in; `undefined` outside of one. */
  readonly cluster: Cluster | undefined;
  /** Whom people log in as in the browser; `null`: they do not. */
  readonly uiClientId: string | null;
}

/** Verifies tokens of service accounts. Errors: UnavailableError. */
export interface Cluster {
  serviceAccountOf(token: string): Caller | Promise<Caller | undefined>;
  close(): void;
}

/** Marks tokens of Kubernetes service accounts, which the cluster verifies and not the issuer. */
const KUBERNETES_CLAIM = 'kubernetes.io';

/** Tells the callers of bearer tokens under `auth: oidc`. */
export class OidcTokens {
  constructor(private readonly parts: OidcParts) {}

  start(): void {
    this.parts.keys.start();
  }

  close(): void {
    this.parts.keys.close();
    this.parts.cluster?.close();
  }

  get ready(): boolean {
    return this.parts.keys.usable;
  }

  /** The caller of a token that was verified, until it expires or what it was verified with is no longer trusted. */
  rememberedCaller(digest: string): Caller | undefined {
    const { callers, keys } = this.parts;
    return keys.usable ? callers.recall(digest) : undefined;
  }

  /** `undefined`: refused. Errors: UnavailableError when somebody who must be asked does not answer. */
  callerOf(token: string): Caller | Promise<Caller | undefined> {
    const { callers, keys } = this.parts;
    // Keys too old to verify with are too old for what was verified with them.
    if (!keys.usable) callers.clear();
    return callers.resolve(token, () => this.verified(token));
  }

  /** The log-in of a person in the browser, once the issuer has said where. */
  loginScheme(): SecuritySchemes {
    const { uiClientId, keys } = this.parts;
    const { authorizationEndpoint, tokenEndpoint } = keys.discovery ?? {};
    if (uiClientId === null || !authorizationEndpoint || !tokenEndpoint) return {};
    const scopes = { openid: 'Who you are' };
    return {
      oidc: {
        type: 'oauth2',
        description: `Log in at the issuer as a user of ${uiClientId} (authorization code with PKCE).`,
        flows: {
          authorizationCode: { authorizationUrl: authorizationEndpoint, tokenUrl: tokenEndpoint, scopes },
        },
      },
    };
  }

  private async verified(token: string): Promise<VerifiedCaller | undefined> {
    const intraServer = await this.parts.intraServer?.callerOf(token);
    // Not remembered: looking at it again costs less than a place that an issuer's token could have.
    if (intraServer) return { caller: intraServer, expiresAtMs: 0 };
    const claims = unverifiedClaims(token)?.[KUBERNETES_CLAIM];
    if (typeof claims === 'object' && claims !== null) return this.reviewed(token);
    return this.parts.verifier.verify(token);
  }

  private async reviewed(token: string): Promise<VerifiedCaller | undefined> {
    const caller = await this.parts.cluster?.serviceAccountOf(token);
    // The review has a memory of its own, of seconds.
    return caller && { caller, expiresAtMs: 0 };
  }
}
