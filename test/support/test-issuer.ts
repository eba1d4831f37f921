import { constants, KeyObject, sign } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { text } from 'node:stream/consumers';
import type { AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { exportJWK, generateKeyPair, type JWK, type JWTPayload, SignJWT } from 'jose';
import type { TlsCertificates } from './tls-certificates.js';

export type SigningKey = Awaited<ReturnType<typeof signingKey>>;

/** A key pair, its public half as the issuer publishes it. */
export async function signingKey(kid: string, alg = 'RS256') {
  const { privateKey, publicKey } = await generateKeyPair(alg, { extractable: true });
  const jwk: JWK = { ...(await exportJWK(publicKey)), kid, alg, use: 'sig' };
  return { kid, alg, privateKey, publicKey, jwk };
}

/** Claims of a token that is good now. */
export function goodClaims(claims: JWTPayload = {}): JWTPayload {
  const now = Math.floor(Date.now() / 1000);
  return {
    iss: 'test',
    aud: 'features',
    sub: 'u-1',
    preferred_username: 'ann',
    iat: now,
    exp: now + 600,
    ...claims,
  };
}

export async function signedToken(
  key: Pick<SigningKey, 'kid' | 'alg' | 'privateKey'>,
  claims: JWTPayload = goodClaims(),
  header: { readonly kid?: string | undefined; readonly alg?: string } = {},
): Promise<string> {
  const { alg = key.alg, kid = key.kid } = header;
  const protectedHeader = 'kid' in header && header.kid === undefined ? { alg } : { alg, kid };
  return new SignJWT(claims).setProtectedHeader(protectedHeader).sign(key.privateKey);
}

/** A token of exactly this header and payload, signed by this algorithm whatever the key is meant for. */
export function rawToken(
  key: Pick<SigningKey, 'privateKey'>,
  header: { readonly alg: string; readonly [name: string]: unknown },
  payload: string,
): string {
  const part = (text: string) => Buffer.from(text).toString('base64url');
  const signed = `${part(JSON.stringify(header))}.${part(payload)}`;
  const options = {
    key: KeyObject.from(key.privateKey),
    dsaEncoding: 'ieee-p1363' as const,
    ...(header.alg.startsWith('PS') && {
      padding: constants.RSA_PKCS1_PSS_PADDING,
      saltLength: constants.RSA_PSS_SALTLEN_DIGEST,
    }),
  };
  return `${signed}.${sign(`sha${header.alg.slice(2)}`, Buffer.from(signed), options).toString('base64url')}`;
}

/** A token of which nothing is signed, whatever its header says. */
export function forgedToken(header: object, claims: object, signature = ''): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(header)}.${part(claims)}.${signature}`;
}

type Answer = (response: ServerResponse, request: IncomingMessage) => void;

/** An issuer of tokens on the loopback: its documents can be replaced, counted, delayed and taken away. */
export class TestIssuer {
  /** Requests per path so far. */
  readonly requests = { discovery: 0, keys: 0 };
  keys: JWK[] = [];
  algorithms: string[] | undefined = ['RS256', 'PS256', 'ES256', 'HS256', 'none'];
  /** In place of the documents. */
  answerDiscovery: Answer | undefined;
  answerKeys: Answer | undefined;
  /** What the token endpoint gives for the fields of a request; undefined is a 401. */
  grant: ((fields: URLSearchParams) => string | undefined) | undefined;
  private server: Server | undefined;
  private port = 0;

  private readonly certificates: TlsCertificates | undefined;

  // No parameter property: benchmarks run this file as it is, by Node alone.
  constructor(certificates?: TlsCertificates) {
    this.certificates = certificates;
  }

  get url(): string {
    return `${this.certificates ? 'https' : 'http'}://127.0.0.1:${this.port}`;
  }

  get discoveryUrl(): string {
    return `${this.url}/.well-known/openid-configuration`;
  }

  /** The second time at the same port. */
  async start(): Promise<void> {
    const answer = (request: IncomingMessage, response: ServerResponse) => this.answer(request, response);
    this.server = this.certificates
      ? createSecureServer(
          { cert: readFileSync(this.certificates.certPath), key: readFileSync(this.certificates.keyPath) },
          answer,
        )
      : createServer(answer);
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private answer(request: IncomingMessage, response: ServerResponse): void {
    const path = new URL(request.url ?? '/', this.url).pathname;
    if (path === '/.well-known/openid-configuration') {
      this.requests.discovery++;
      if (this.answerDiscovery) this.answerDiscovery(response, request);
      else sendJson(response, this.document());
    } else if (path === '/jwks') {
      this.requests.keys++;
      if (this.answerKeys) this.answerKeys(response, request);
      else sendJson(response, { keys: this.keys });
    } else if (path === '/token' && this.grant !== undefined) void this.answerToken(request, response);
    else sendJson(response, { error: 'not found' }, 404);
  }

  private async answerToken(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = this.grant?.(new URLSearchParams(await text(request)));
    if (token === undefined) sendJson(response, { error: 'invalid_client' }, 401);
    else sendJson(response, { access_token: token, token_type: 'Bearer', expires_in: 600 });
  }

  document(): Readonly<Record<string, unknown>> {
    return {
      issuer: this.url,
      authorization_endpoint: `${this.url}/authorize`,
      token_endpoint: `${this.url}/token`,
      jwks_uri: `${this.url}/jwks`,
      ...(this.algorithms && { id_token_signing_alg_values_supported: this.algorithms }),
    };
  }
}

export function sendJson(response: ServerResponse, body: unknown, status = 200): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
