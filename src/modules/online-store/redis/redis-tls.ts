import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { type ConnectionOptions, getCACertificates } from 'node:tls';
import { ConfigurationError } from '../../../common/config/configuration-error.js';
import type { RedisTlsSettings } from './redis-connection-options.js';

/**
 * What `tls.connect` needs, with the contents of the files.
 *
 * Shape:  without a CA, those of the system and of Node are trusted; with one, no others.
 * Errors: ConfigurationError for a file that cannot be read. Bad contents fail in `tls.connect`.
 */
export function redisTlsOptions(settings: RedisTlsSettings, host: string): ConnectionOptions {
  const { certPath, keyPath, keyPassword, ciphers } = settings;
  const cert = certPath === null ? null : pemFile('ssl_certfile', certPath);
  // A certificate file may hold its key too.
  const key = keyPath === null ? cert : pemFile('ssl_keyfile', keyPath);
  return {
    ca: trusted(settings),
    minVersion: settings.minVersion,
    rejectUnauthorized: settings.verifyCertificate,
    ...(isIP(host) === 0 && { servername: host }),
    ...(!settings.verifyHost && { checkServerIdentity: () => undefined }),
    ...(cert !== null && { cert }),
    ...(key !== null && { key }),
    ...(keyPassword !== null && { passphrase: keyPassword }),
    ...(ciphers !== null && { ciphers }),
  };
}

function trusted({ caPath, caText, verifyCertificate }: RedisTlsSettings): string[] {
  const given = [caText, caPath === null ? null : pemFile('ssl_ca_certs', caPath)].filter(
    (pem) => pem !== null,
  );
  if (given.length > 0 || !verifyCertificate) return given;
  return [...getCACertificates('bundled'), ...getCACertificates('system')];
}

function pemFile(option: string, path: string): string {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : 'unknown reason';
    throw ConfigurationError.of(
      'online_store.connection_string',
      `the file ${path} of the option ${option} cannot be read (${reason})`,
    );
  }
}
