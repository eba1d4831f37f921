import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTlsCertificates, type TlsCertificates } from '../../../../test/support/tls-certificates.js';
import { sendJson, signingKey, TestIssuer } from '../../../../test/support/test-issuer.js';
import { UpstreamError } from '../json-call.js';
import { IssuerSource, type IssuerSourceOptions } from './issuer-source.js';

const FIRST = await signingKey('first');

let issuer: TestIssuer;

beforeEach(async () => {
  issuer = new TestIssuer();
  issuer.keys = [FIRST.jwk];
  await issuer.start();
});
afterEach(() => issuer.stop());

/** The ids of the keys. */
async function fetched(options: Partial<IssuerSourceOptions> = {}): Promise<unknown[]> {
  const source = new IssuerSource({
    discoveryUrl: issuer.discoveryUrl,
    verifyCertificate: true,
    caPath: undefined,
    timeoutMs: 5000,
    env: {},
    ...options,
  });
  try {
    const { jwksUri } = await source.discover();
    return (await source.keys(jwksUri)).keys.map(({ kid }) => kid);
  } finally {
    source.close();
  }
}

/** Why not. */
async function refused(options: Partial<IssuerSourceOptions> = {}): Promise<string> {
  const error = await fetched(options).then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(UpstreamError);
  return (error as UpstreamError).message;
}

describe('what an issuer may not do', () => {
  const redirectTo = (location: string) => (response: Parameters<typeof sendJson>[0]) => {
    response.writeHead(302, { location });
    response.end();
  };

  it('not answer: the discovery has a time limit, too', async () => {
    issuer.answerDiscovery = () => undefined;
    expect(await refused({ timeoutMs: 50 })).toBe('the discovery document: no answer within 50 ms');
  });

  it('send its answer drop by drop', async () => {
    issuer.answerKeys = (response) => {
      const timer = setInterval(() => response.write(' '), 10);
      response.once('close', () => clearInterval(timer));
    };
    expect(await refused({ timeoutMs: 1000 })).toBe('the key set: no answer within 1000 ms');
  });

  it('send a huge key set', async () => {
    issuer.answerKeys = (response) => {
      const chunk = Buffer.alloc(65_536, ' ');
      const push = () => {
        while (response.write(chunk));
      };
      response.on('drain', push).on('error', () => undefined);
      push();
    };
    const before = process.memoryUsage().arrayBuffers;
    expect(await refused()).toBe('the key set: the answer has more than 1048576 bytes');
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(50_000_000);
  });

  it('redirect for ever', async () => {
    issuer.answerDiscovery = redirectTo('/.well-known/openid-configuration');
    expect(await refused()).toBe('the discovery document: too many redirects');
    expect(issuer.requests.discovery).toBe(4);
  });

  it('redirect to anything but http', async () => {
    issuer.answerDiscovery = redirectTo('file:///etc/passwd');
    expect(await refused()).toBe('the discovery document: a redirect to nowhere');
  });

  it.each([
    ['text', 'the discovery document is not JSON'],
    ['5', 'the discovery document is no JSON object'],
    ['{}', 'the discovery document has no jwks_uri'],
    ['{"jwks_uri":7}', 'the discovery document has no jwks_uri'],
    ['{"jwks_uri":"file:///etc/passwd"}', 'the discovery document has no jwks_uri'],
  ])('describe itself as %s', async (text, reason) => {
    issuer.answerDiscovery = (response) => response.end(text);
    expect(await refused()).toBe(reason);
  });

  it.each([
    ['[]', 'the key set has no keys'],
    ['{"keys":{}}', 'the key set has no keys'],
  ])('send %s for keys', async (text, reason) => {
    issuer.answerKeys = (response) => response.end(text);
    expect(await refused()).toBe(reason);
  });

  it('have its address, with a password in it, told in a log', async () => {
    await issuer.stop();
    const discoveryUrl = issuer.discoveryUrl.replace('://', '://user:pass-word@') + '?key=s3cret';
    expect(await refused({ discoveryUrl })).toBe('the discovery document: ECONNREFUSED');
  });
});

it('needs no addresses of a log-in, which Feast wants although it uses none', async () => {
  issuer.answerDiscovery = (response) => sendJson(response, { jwks_uri: `${issuer.url}/jwks` });
  expect(await fetched()).toEqual(['first']);
});

it('follows a redirect, as Feast does', async () => {
  issuer.answerDiscovery = (response, request) => {
    if (request.url?.endsWith('?moved')) sendJson(response, issuer.document());
    else response.writeHead(301, { location: `${issuer.discoveryUrl}?moved` }).end();
  };
  expect(await fetched()).toEqual(['first']);
});

it('goes through the proxy of the environment, as Feast does, but not to itself', async () => {
  const asked: (string | undefined)[] = [];
  const proxy = createServer((request, response) => {
    asked.push(request.url);
    sendJson(response, issuer.document());
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  const env = { HTTP_PROXY: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}` };
  const discoveryUrl = 'http://issuer.invalid/.well-known/openid-configuration';
  expect(await fetched({ discoveryUrl, env })).toEqual(['first']);
  expect(asked).toEqual([discoveryUrl]);
  expect(issuer.requests).toEqual({ discovery: 0, keys: 1 });
  expect(await refused({ discoveryUrl, env: { ...env, NO_PROXY: '.invalid' } })).toMatch(
    /ENOTFOUND|EAI_AGAIN/,
  );
  proxy.close();
});

describe('over TLS', () => {
  let folder: string;
  let certificates: TlsCertificates;
  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'salver-spec-'));
    certificates = makeTlsCertificates(folder, ['IP:127.0.0.1']);
    await issuer.stop();
    issuer = new TestIssuer(certificates);
    issuer.keys = [FIRST.jwk];
    await issuer.start();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('trusts the authority that is named', async () => {
    expect(await fetched({ caPath: certificates.caPath })).toEqual(['first']);
  });

  it('trusts no other', async () => {
    expect(await refused()).toMatch(/^the discovery document: its certificate is not accepted \(\w+\)$/);
  });

  it('trusts any when it is told not to check', async () => {
    expect(await fetched({ verifyCertificate: false })).toEqual(['first']);
  });

  it('does not follow to http', async () => {
    const plain = new TestIssuer();
    await plain.start();
    issuer.answerDiscovery = (response) => response.writeHead(302, { location: plain.discoveryUrl }).end();
    expect(await refused({ caPath: certificates.caPath })).toBe(
      'the discovery document: a redirect from https to http, which is not followed',
    );
    issuer.answerDiscovery = (response) => sendJson(response, plain.document());
    expect(await refused({ caPath: certificates.caPath })).toBe(
      'the discovery document comes by https and sends to http for its keys',
    );
    expect(plain.requests).toEqual({ discovery: 0, keys: 0 });
    await plain.stop();
  });
});
