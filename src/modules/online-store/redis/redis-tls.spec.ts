import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  failureOf,
  ping,
  redisClientOfTest,
  redisServerOfTest,
} from '../../../../test/support/redis-clients.js';
import { makeTlsCertificates, type TlsCertificates } from '../../../../test/support/tls-certificates.js';
import { ConfigurationError } from '../../../common/config/configuration-error.js';
import { UnavailableError } from '../../../common/errors/errors.js';

describe('TLS', () => {
  let folder: string;
  let tls: TlsCertificates;

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'salver-redis-tls-'));
    tls = makeTlsCertificates(folder, ['DNS:redis.internal', 'IP:127.0.0.1']);
    return () => rmSync(folder, { recursive: true, force: true });
  });

  it.each([
    ['the CA', (ca: string) => `ssl=true,ssl_ca_certs=${ca}`],
    [
      'the CA and a certificate of its own',
      (ca: string) => `ssl=true,ssl_ca_certs=${ca},ssl_certfile=CERT,ssl_keyfile=KEY`,
    ],
    ['no verification', () => 'ssl=true,ssl_cert_reqs=none'],
  ])('connects with %s', async (_what, options) => {
    const server = await redisServerOfTest({ tls, password: 'secret' });
    const text = options(tls.caPath).replace('CERT', tls.certPath).replace('KEY', tls.keyPath);
    expect(await ping(redisClientOfTest(`127.0.0.1:${server.port},password=secret,${text}`))).toBe('PONG');
  });

  it('refuses a certificate of an unknown authority', async () => {
    const server = await redisServerOfTest({ tls });
    const error = await failureOf(ping(redisClientOfTest(`127.0.0.1:${server.port},ssl=true`)));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error.message).toMatch(/has a certificate that is not accepted \([A-Z_]+\)/);
  });

  it('refuses a certificate for another host, unless it is told not to look', async () => {
    const server = await redisServerOfTest({ tls });
    const text = `localhost:${server.port},ssl=true,ssl_ca_certs=${tls.caPath}`;
    expect((await failureOf(ping(redisClientOfTest(text)))).message).toMatch(
      /certificate that is not accepted \(ERR_TLS_CERT_ALTNAME_INVALID\)/,
    );
    expect(await ping(redisClientOfTest(`${text},ssl_check_hostname=false`))).toBe('PONG');
  });

  it('fails when only one side speaks TLS', async () => {
    const plain = await redisServerOfTest();
    // It waits for the end of what it takes for a line.
    const client = redisClientOfTest(`127.0.0.1:${plain.port},ssl=true,socket_connect_timeout=0.3`);
    expect((await failureOf(ping(client))).message).toBe(
      'the online store (Redis) cannot be reached (ETIMEDOUT)',
    );
    const encrypted = await redisServerOfTest({ tls });
    expect(await failureOf(ping(redisClientOfTest(`127.0.0.1:${encrypted.port}`)))).toBeInstanceOf(
      UnavailableError,
    );
  });

  it('names a file that cannot be read', () => {
    const create = () => redisClientOfTest('127.0.0.1:1,ssl=true,ssl_ca_certs=/nowhere/ca.pem');
    expect(create).toThrow(ConfigurationError);
    expect(create).toThrow('the file /nowhere/ca.pem of the option ssl_ca_certs cannot be read (ENOENT)');
  });

  it('fails with a file that is no certificate', async () => {
    const path = join(folder, 'no.pem');
    writeFileSync(path, 'no certificate');
    const server = await redisServerOfTest({ tls });
    const client = redisClientOfTest(`127.0.0.1:${server.port},ssl=true,ssl_certfile=${path}`);
    expect(await failureOf(ping(client))).toBeInstanceOf(UnavailableError);
  });
});
