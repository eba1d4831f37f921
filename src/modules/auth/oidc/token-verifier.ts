import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  jwtVerify,
  type JWTVerifyOptions,
} from 'jose';
import { UnavailableError } from '../../../common/errors/errors.js';
import type { VerifiedCaller } from '../verified-callers.js';
import { isAsymmetric } from './discovery-document.js';
import type { IssuerKeys, TrustedKeys } from './issuer-keys.js';
import { callerOfClaims, type ClaimOptions } from './token-claims.js';

export interface TokenVerifierOptions extends ClaimOptions {
  /** `null`: not checked. */
  readonly audience: string | null;
  readonly issuer: string | null;
}

/** How far clocks may be apart. */
const LEEWAY_SECONDS = 10;
/** Keys of a set that share one id and fit: a set that holds more of them is not to be trusted with our time. */
const MAX_SAME_ID = 4;

/** Verifies tokens of an issuer by its keys. */
export class TokenVerifier {
  private readonly checks: JWTVerifyOptions;

  constructor(
    private readonly keys: IssuerKeys,
    private readonly options: TokenVerifierOptions,
    private readonly onRefused: (reason: string) => void = () => undefined,
  ) {
    this.checks = {
      requiredClaims: ['exp'],
      clockTolerance: LEEWAY_SECONDS,
      ...(options.audience && { audience: options.audience }),
      ...(options.issuer && { issuer: options.issuer }),
    };
  }

  /** `undefined` for a token that is refused. Errors: UnavailableError when the keys cannot be had. */
  async verify(token: string): Promise<VerifiedCaller | undefined> {
    try {
      requirePlausible(token);
      const claims = await this.verifiedClaims(token, await this.keys.current());
      const caller = callerOfClaims(claims, this.options);
      if (caller === undefined) throw new errors.JWTInvalid('no claim names the user');
      return { caller, expiresAtMs: ((claims.exp as number) + LEEWAY_SECONDS) * 1000 };
    } catch (error) {
      if (error instanceof UnavailableError) throw error;
      this.onRefused(whyRefused(error));
      return undefined;
    }
  }

  private async verifiedClaims(token: string, trusted: TrustedKeys): Promise<JWTPayload> {
    try {
      return await this.verifyWith(token, trusted);
    } catch (error) {
      if (!(error instanceof errors.JWKSNoMatchingKey)) throw error;
      return this.verifyWith(token, await this.keys.afterUnknownKey());
    }
  }

  private async verifyWith(token: string, { algorithms, find }: TrustedKeys): Promise<JWTPayload> {
    const checks = { ...this.checks, algorithms: [...algorithms] };
    try {
      return (await jwtVerify(token, find, checks)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWKSMultipleMatchingKeys)) throw error;
      return verifyWithAny(token, error, checks);
    }
  }
}

async function verifyWithAny(
  token: string,
  matching: errors.JWKSMultipleMatchingKeys,
  checks: JWTVerifyOptions,
): Promise<JWTPayload> {
  let tries = 0;
  for await (const key of matching) {
    if (++tries > MAX_SAME_ID) break;
    try {
      return (await jwtVerify(token, key, checks)).payload;
    } catch (error) {
      if (!(error instanceof errors.JWSSignatureVerificationFailed)) throw error;
    }
  }
  throw new errors.JWSSignatureVerificationFailed();
}

/**
 * What can be said before keys are needed: a token that is wrong whatever its signature costs nothing, least of all a
 * fetch, and is refused as such while the issuer is down.
 */
function requirePlausible(token: string): void {
  const { alg, kid } = decoded(decodeProtectedHeader, token);
  if (!isAsymmetric(alg)) throw new errors.JOSEAlgNotAllowed('the algorithm proves nothing');
  // Without it nothing tells which key it should be. Feast refuses it too.
  if (typeof kid !== 'string') throw new errors.JWSInvalid('no kid');
  const { exp, iat } = decoded(decodeJwt, token);
  const nowSeconds = Date.now() / 1000;
  if (typeof exp !== 'number' || !Number.isFinite(exp)) throw new errors.JWTInvalid('no exp');
  if (exp <= nowSeconds - LEEWAY_SECONDS) throw new errors.JWTInvalid('expired');
  if (typeof iat === 'number' && iat > nowSeconds + LEEWAY_SECONDS)
    throw new errors.JWTInvalid('iat is in the future');
}

function decoded<T>(decode: (token: string) => T, token: string): T {
  try {
    return decode(token);
  } catch (cause) {
    throw new errors.JWTInvalid('malformed', { cause });
  }
}

/** Names of claims alone, nothing of what they hold. A key of the issuer that cannot be used is a reason, too. */
function whyRefused(error: unknown): string {
  if (error instanceof errors.JWTClaimValidationFailed) return `${error.claim}: ${error.reason}`;
  if (error instanceof errors.JOSEError) return `${error.code} ${error.message}`;
  return `the key cannot be used: ${error instanceof Error ? error.message : String(error)}`;
}
