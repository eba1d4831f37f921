import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface TlsCertificates {
  readonly caPath: string;
  readonly certPath: string;
  readonly keyPath: string;
}

/**
 * A certificate authority of its own, and a certificate that it gave to `names`.
 *
 * Shape:  `names` as in `DNS:localhost` and `IP:127.0.0.1`; the files are written to `folder`. A certificate of -1 days
 *         has expired.
 */
export function makeTlsCertificates(folder: string, names: readonly string[], days = 2): TlsCertificates {
  const path = (name: string) => join(folder, name);
  const newKey = '-newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
  writeFileSync(path('extensions.cnf'), `subjectAltName=${names.join(',')}\nbasicConstraints=CA:FALSE\n`);
  openssl(folder, `req -x509 ${newKey} -days 2 -subj /CN=Test -keyout ca.key -out ca.crt`);
  openssl(folder, `req ${newKey} -subj /CN=redis -keyout redis.key -out redis.csr`);
  openssl(
    folder,
    `x509 -req -days ${days} -in redis.csr -extfile extensions.cnf -CA ca.crt -CAkey ca.key -CAcreateserial -out redis.crt`,
  );
  return { caPath: path('ca.crt'), certPath: path('redis.crt'), keyPath: path('redis.key') };
}

function openssl(folder: string, command: string): void {
  try {
    execFileSync('openssl', command.split(' '), { cwd: folder, stdio: 'pipe' });
  } catch (error) {
    const isMissing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (isMissing) throw new Error('these tests need openssl: run apt-get install openssl', { cause: error });
    throw error;
  }
}
