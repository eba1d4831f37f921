import { decodeJwt, type JWTPayload } from 'jose';

/** What a token says, true or not: to choose who must say whether it is. `undefined` when it is no JWT. */
export function unverifiedClaims(token: string): JWTPayload | undefined {
  try {
    return decodeJwt(token);
  } catch {
    return undefined;
  }
}
