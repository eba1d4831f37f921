import { X509Certificate, createPrivateKey } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { ConfigurationError } from '../common/config/configuration-error.js';
import type { TlsSettings } from '../common/config/server.config.js';

/** Older versions are broken. */
const MIN_TLS_VERSION = 'TLSv1.2';

/** What a server needs of the files, read at one moment. */
export interface TlsMaterial {
  readonly context: Pick<SecureContextOptions, 'key' | 'cert' | 'ca' | 'minVersion'>;
  readonly requestsClientCertificate: boolean;
}

/**
 * Reads and checks the files of TLS.
 *
 * Shape:   undefined when no TLS is asked for. Relative paths start at the repo directory.
 * Errors:  ConfigurationError: one of key and certificate alone, a file that cannot be read or is not PEM, a key that
 *          needs a password, a pair that does not belong together, a certificate that has expired or is not valid yet.
 */
export function readTlsFiles(settings: TlsSettings, repoDir: string): TlsMaterial | undefined {
  const { key, cert, clientCa } = settings;
  if (key === '' && cert === '') {
    if (clientCa !== '')
      throw ConfigurationError.of('tls.client_ca', 'is of no use without tls.key and tls.cert');
    return undefined;
  }
  if (key === '')
    throw ConfigurationError.of('tls.key', 'is missing: tls.cert is given, and they go together');
  if (cert === '')
    throw ConfigurationError.of('tls.cert', 'is missing: tls.key is given, and they go together');
  const keyPem = readPem('tls.key', resolve(repoDir, key));
  const certPem = readPem('tls.cert', resolve(repoDir, cert));
  const ca = clientCa === '' ? undefined : readPem('tls.client_ca', resolve(repoDir, clientCa));
  checkPair(keyPem, certPem);
  const context = {
    key: keyPem,
    cert: certPem,
    minVersion: MIN_TLS_VERSION,
    ...(ca === undefined ? {} : { ca }),
  } as const;
  try {
    createSecureContext(context);
  } catch (error) {
    throw ConfigurationError.of('tls', `the files cannot be used: ${messageOf(error)}`);
  }
  return { context, requestsClientCertificate: ca !== undefined };
}

/** Differs when one of the files was replaced or changed; undefined while one cannot be seen. */
export function tlsFilesStamp({ key, cert, clientCa }: TlsSettings, repoDir: string): string | undefined {
  const stamps = [key, cert, clientCa]
    .filter((path) => path !== '')
    .map((path) => fileStamp(resolve(repoDir, path)));
  return stamps.includes(undefined) ? undefined : stamps.join();
}

function fileStamp(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false, bigint: true });
  return stats && `${stats.dev}:${stats.ino}:${stats.size}:${stats.mtimeNs}`;
}

function readPem(setting: string, path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    throw ConfigurationError.of(setting, `${path} cannot be read: ${messageOf(error)}`);
  }
}

function checkPair(keyPem: Buffer, certPem: Buffer): void {
  const certificate = parsed('tls.cert', 'no certificate in PEM', () => new X509Certificate(certPem));
  const key = parsed('tls.key', 'no private key in PEM without a password', () => createPrivateKey(keyPem));
  if (!certificate.checkPrivateKey(key)) {
    throw ConfigurationError.of('tls.key', 'is not the key of the certificate in tls.cert');
  }
  const now = new Date();
  if (certificate.validToDate < now) {
    throw ConfigurationError.of(
      'tls.cert',
      `the certificate has expired: it was valid to ${certificate.validTo}`,
    );
  }
  if (certificate.validFromDate > now) {
    throw ConfigurationError.of('tls.cert', `the certificate is valid only from ${certificate.validFrom} on`);
  }
}

function parsed<T>(setting: string, what: string, parse: () => T): T {
  try {
    return parse();
  } catch (error) {
    throw ConfigurationError.of(setting, `the file holds ${what}: ${messageOf(error)}`);
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
