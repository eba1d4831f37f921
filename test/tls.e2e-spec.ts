import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:https';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { salver, within } from './support/salver-process.js';
import { ServeFixture } from './support/serve-fixture.js';
import { makeTlsCertificates, type TlsCertificates } from './support/tls-certificates.js';

let fixture: ServeFixture;
let certificates: TlsCertificates;
beforeEach(() => {
  fixture = new ServeFixture();
  certificates = issue('first');
});
afterEach(async () => fixture.close());

function issue(name: string, days?: number): TlsCertificates {
  const folder = join(fixture.repo, name);
  mkdirSync(folder);
  return makeTlsCertificates(folder, ['DNS:localhost', 'IP:127.0.0.1'], days);
}

function flags({ keyPath, certPath }: TlsCertificates): string[] {
  return ['--key', keyPath, '--cert', certPath];
}

interface TlsClient {
  /** Paths, separated by commas. */
  readonly ca: string;
  readonly cert?: string;
  readonly key?: string;
  readonly maxVersion?: 'TLSv1.1' | 'TLSv1.2' | 'TLSv1.3';
  readonly token?: string;
}

/** The status and the serial number of the server's certificate, or the code of the error. */
async function ask(url: string, client: TlsClient, agent?: Agent): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  const pem = (path: string | undefined) => (path === undefined ? undefined : readFileSync(path));
  const outgoing = request(
    `${url}/health`,
    {
      ca: client.ca.split(',').map((path) => readFileSync(path)),
      cert: pem(client.cert),
      key: pem(client.key),
      maxVersion: client.maxVersion,
      ...(client.maxVersion === 'TLSv1.1' ? { minVersion: 'TLSv1' as const } : {}),
      agent: agent ?? new Agent({ keepAlive: false, maxCachedSessions: 0 }),
      timeout: 5000,
      headers: client.token === undefined ? {} : { authorization: `Bearer ${client.token}` },
    },
    (answer) => {
      const { serialNumber } = (answer.socket as import('node:tls').TLSSocket).getPeerCertificate();
      answer.resume().once('end', () => resolve(`${answer.statusCode} ${serialNumber}`));
    },
  );
  outgoing.once('error', (error) => resolve((error as NodeJS.ErrnoException).code ?? error.message));
  outgoing.end();
  return promise;
}

describe('salver serve with a key and a certificate', () => {
  it('serves https to who trusts the authority, TLS 1.2 and newer only', async () => {
    const server = fixture.serve(flags(certificates));
    const url = await server.url();
    expect(url).toMatch(/^https:/);
    const { caPath } = certificates;
    expect(await ask(url, { ca: caPath })).toMatch(/^200 /);
    expect(await ask(url, { ca: caPath, maxVersion: 'TLSv1.2' })).toMatch(/^200 /);
    expect(await ask(url, { ca: caPath, maxVersion: 'TLSv1.1' })).toMatch(/PROTOCOL|ALERT|ECONNRESET/);
    expect(await ask(url, { ca: issue('other').caPath })).toMatch(/UNABLE_TO|SELF_SIGNED/);
    // As over http: Node's own limit for headers would answer 431.
    expect(await ask(url, { ca: caPath, token: 'x'.repeat(65_536) })).toMatch(/^200 /);
  });

  it('takes a renewed certificate from the disk, without a restart and without losing a request', async () => {
    const server = fixture.serve(flags(certificates));
    const url = await server.url();
    const first = await ask(url, { ca: certificates.caPath });
    const kept = new Agent({ keepAlive: true, maxSockets: 1 });
    expect(await ask(url, { ca: certificates.caPath }, kept)).toBe(first);
    const renewed = issue('renewed');
    copyFileSync(renewed.keyPath, certificates.keyPath);
    copyFileSync(renewed.certPath, certificates.certPath);
    const second = await within(60_000, async () => {
      const answer = await ask(url, { ca: renewed.caPath });
      return answer.startsWith('200') && answer !== first ? answer : undefined;
    });
    expect(second).toMatch(/^200 /);
    // A connection that was open before goes on as it began.
    expect(await ask(url, { ca: certificates.caPath }, kept)).toBe(first);
    kept.destroy();
  });

  it('loses no request of clients that trust both while the certificate is renewed', async () => {
    const server = fixture.serve(flags(certificates));
    const url = await server.url();
    const old = join(fixture.repo, 'old-ca.pem');
    copyFileSync(certificates.caPath, old);
    const renewed = issue('renewed');
    const ca = `${old},${renewed.caPath}`;
    const answers: string[] = [];
    let isRunning = true;
    const clients = [true, false, true, false].map(async (keepAlive) => {
      const agent = new Agent({ keepAlive, maxSockets: 1, maxCachedSessions: 0 });
      while (isRunning) answers.push(await ask(url, { ca }, agent));
      agent.destroy();
    });
    await within(60_000, () => answers.length > 50 || undefined);
    copyFileSync(renewed.keyPath, certificates.keyPath);
    copyFileSync(renewed.certPath, certificates.certPath);
    await within(60_000, () => new Set(answers).size > 1 || undefined);
    isRunning = false;
    await Promise.all(clients);
    expect(answers.filter((answer) => !answer.startsWith('200 '))).toEqual([]);
    expect(new Set(answers).size).toBe(2);
  });

  it('keeps the old certificate while the new one is of no use, and says so', async () => {
    const server = fixture.serve(flags(certificates));
    const url = await server.url();
    writeFileSync(certificates.keyPath, 'no key at all');
    await server.printed(/the renewed certificate cannot be used, the old one stays: .*tls\.key/);
    expect(await ask(url, { ca: certificates.caPath })).toMatch(/^200 /);
  });

  it('asks for certificates of clients when there is an authority for them', async () => {
    const { caPath, certPath, keyPath } = certificates;
    const server = fixture.serve(flags(certificates), { SALVER_TLS_CLIENT_CA: caPath });
    const url = await server.url();
    expect(await ask(url, { ca: caPath, cert: certPath, key: keyPath })).toMatch(/^200 /);
    expect(await ask(url, { ca: caPath })).toMatch(/CERTIFICATE_REQUIRED|ECONNRESET|EPIPE/);
    const stranger = issue('stranger');
    expect(await ask(url, { ca: caPath, cert: stranger.certPath, key: stranger.keyPath })).toMatch(
      /ALERT|ECONNRESET|EPIPE|CERT/,
    );
  });
});

describe('files that cannot be used are told at start', () => {
  const start = async (args: readonly string[], env: Record<string, string> = {}) =>
    salver(['-c', fixture.repo, 'serve', '--port', '0', ...args], { env });

  it.each([['--key'], ['--cert']])('%s alone is a usage error', async (flag) => {
    const ended = await start([flag, certificates.keyPath]);
    expect(ended).toMatchObject({ code: 2 });
    expect(ended.output).toContain('--key and --cert go together');
  });

  it('a file that is missing', async () => {
    const ended = await start(flags({ ...certificates, keyPath: '/nowhere/key.pem' }));
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.output).toContain('/nowhere/key.pem');
    expect(ended.output).not.toMatch(/\n\s+at /);
  });

  it('a key of another certificate, an expired one, and a file that is no PEM', async () => {
    const other = issue('other');
    const mismatched = await start(flags({ ...certificates, keyPath: other.keyPath }));
    expect(mismatched).toMatchObject({ code: 1 });
    expect(mismatched.output).toContain('is not the key of the certificate');
    const expired = await start(flags(issue('expired', -1)));
    expect(expired).toMatchObject({ code: 1 });
    expect(expired.output).toContain('has expired');
    writeFileSync(other.certPath, 'hello');
    const garbage = await start(flags(other));
    expect(garbage).toMatchObject({ code: 1 });
    expect(garbage.output).toContain('no certificate in PEM');
  });
});
