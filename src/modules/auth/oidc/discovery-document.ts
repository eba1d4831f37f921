import { UpstreamError } from '../json-call.js';

/** What is used of the document by which an issuer describes itself. */
export interface DiscoveryDocument {
  readonly jwksUri: URL;
  /** Signature algorithms that tokens may have: asymmetric ones alone. */
  readonly algorithms: readonly string[];
  /** For the log-in of a person in a browser. */
  readonly authorizationEndpoint: string | undefined;
  readonly tokenEndpoint: string | undefined;
}

/** With a public key alone nobody can make a token: never `none`, never a shared secret (`HS…`). */
const ASYMMETRIC = new Set('RS256 RS384 RS512 PS256 PS384 PS512 ES256 ES384 ES512 EdDSA Ed25519'.split(' '));
/** What every issuer must offer, and Feast alone takes. */
const DEFAULT_ALGORITHMS = ['RS256'];

export function isAsymmetric(algorithm: unknown): boolean {
  return typeof algorithm === 'string' && ASYMMETRIC.has(algorithm);
}

/**
 * Shape:  `from` is the address that the document came from.
 * Errors: UpstreamError that says what is missing.
 */
export function parseDiscoveryDocument(body: unknown, from: URL): DiscoveryDocument {
  if (typeof body !== 'object' || body === null)
    throw new UpstreamError('the discovery document is no JSON object');
  const document = body as Readonly<Record<string, unknown>>;
  const jwksUri = URL.parse(textOf(document['jwks_uri']) ?? '');
  if (jwksUri === null || !['http:', 'https:'].includes(jwksUri.protocol)) {
    throw new UpstreamError('the discovery document has no jwks_uri');
  }
  if (from.protocol === 'https:' && jwksUri.protocol !== 'https:') {
    throw new UpstreamError('the discovery document comes by https and sends to http for its keys');
  }
  return {
    jwksUri,
    algorithms: algorithmsOf(document['id_token_signing_alg_values_supported']),
    authorizationEndpoint: textOf(document['authorization_endpoint']),
    tokenEndpoint: textOf(document['token_endpoint']),
  };
}

function algorithmsOf(announced: unknown): readonly string[] {
  if (!Array.isArray(announced)) return DEFAULT_ALGORITHMS;
  const usable = announced.filter((name): name is string => isAsymmetric(name));
  return usable.length === 0 ? DEFAULT_ALGORITHMS : usable;
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
