import { hash, timingSafeEqual } from 'node:crypto';
import { decodeProtectedHeader, jwtVerify } from 'jose';
import type { IntraServerMode } from '../../../common/config/auth.config.js';
import type { Caller } from '../caller.js';
import { unverifiedClaims } from '../unverified-claims.js';

/** May do everything, and is nobody else: no token of an issuer can yield it, whatever name it holds. */
const INTRA_SERVER: Caller = Object.freeze({
  subject: 'intra-server',
  roles: [],
  groups: [],
  namespaces: [],
  intraServer: true,
});

/** The claim in which Feast's clients send the secret, by the kind of authentication. */
const UNSIGNED_CLAIM = {
  oidc: { name: 'preferred_username', prefix: '' },
  kubernetes: { name: 'sub', prefix: ':::' },
} as const;

const SIGNED_SUBJECT = 'intra-server';
const LONGEST_LIFE_SECONDS = 600;
const LEEWAY_SECONDS = 10;

/**
 * Tokens of servers of the same installation, which share a secret.
 *
 * `signed`: HS256 with the secret as the key, `sub` is `intra-server`, and `exp` at most ten minutes away.
 * `unsigned_as_feast`: any token that holds the secret itself where Feast's clients put it; nothing of it is verified.
 */
export class IntraServerTokens {
  private readonly digest: Buffer;
  private readonly key: Uint8Array;

  constructor(
    private readonly mode: Exclude<IntraServerMode, 'disabled'>,
    private readonly kind: 'oidc' | 'kubernetes',
    secret: string,
  ) {
    this.digest = hash('sha256', secret, 'buffer');
    this.key = new TextEncoder().encode(secret);
  }

  /** `undefined`: not one of these, so that it may be a token of somebody else. */
  async callerOf(token: string): Promise<Caller | undefined> {
    const isOne = this.mode === 'signed' ? await this.isSigned(token) : this.holdsSecret(token);
    return isOne ? INTRA_SERVER : undefined;
  }

  private async isSigned(token: string): Promise<boolean> {
    try {
      // An issuer's token never has this algorithm: the others need no look.
      if (decodeProtectedHeader(token).alg !== 'HS256') return false;
      const { payload } = await jwtVerify(token, this.key, {
        algorithms: ['HS256'],
        subject: SIGNED_SUBJECT,
        requiredClaims: ['exp'],
        clockTolerance: LEEWAY_SECONDS,
      });
      return (payload.exp as number) - Date.now() / 1000 <= LONGEST_LIFE_SECONDS;
    } catch {
      return false;
    }
  }

  private holdsSecret(token: string): boolean {
    const { name, prefix } = UNSIGNED_CLAIM[this.kind];
    const claim = unverifiedClaims(token)?.[name];
    if (typeof claim !== 'string' || !claim.startsWith(prefix)) return false;
    return timingSafeEqual(hash('sha256', claim.slice(prefix.length), 'buffer'), this.digest);
  }
}
