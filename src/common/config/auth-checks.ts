import { X509Certificate } from 'node:crypto';
import { accessSync, constants, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { type AuthEnvironment, INTRA_SERVER_VARIABLE } from './auth-environment.js';
import type { ConfigurationProblem } from './configuration-error.js';
import type { Environment } from './environment-substitution.js';
import { reasonOf } from './feature-store-location.js';
import type { AuthConfig, FeatureStoreConfig } from './feature-store.js';
import type { SalverConfig } from './server.config.js';

/** What a server must know to find out who calls. */
export interface AuthSetting {
  readonly featureStore: FeatureStoreConfig;
  readonly salver: SalverConfig;
  readonly environment: AuthEnvironment;
}

type OidcAuth = Extract<AuthConfig, { type: 'oidc' }>;

/** Files of a service account, as they lie in `auth.kubernetes_mount`. */
export const SERVICE_ACCOUNT_FILES = { token: 'token', ca: 'ca.crt', namespace: 'namespace' } as const;

const SHORTEST_SECRET = 32;
const FEWEST_CHARACTERS = 10;
/** What the chart of the feature server sets for everybody who installs it, plain and in base64. */
const PUBLISHED_SECRETS = ['intra-server-communication', 'aW50cmEtc2VydmVyLWNvbW11bmljYXRpb24='];

/** Reasons not to start: what would leave a server that lets in nobody, or anybody. */
export function authProblems(setting: AuthSetting): ConfigurationProblem[] {
  const { auth } = setting.featureStore;
  switch (auth.type) {
    case 'no_auth':
      return [];
    case 'oidc':
      return [...oidcProblems(auth, setting), ...intraServerProblems(setting)];
    case 'kubernetes':
      return [...kubernetesProblems(setting), ...intraServerProblems(setting)];
  }
}

function oidcProblems(auth: OidcAuth, { featureStore, salver }: AuthSetting): ConfigurationProblem[] {
  const problems: ConfigurationProblem[] = [];
  const url = URL.parse(auth.authDiscoveryUrl ?? '');
  if (url === null || !['http:', 'https:'].includes(url.protocol)) {
    problems.push({
      path: 'auth.auth_discovery_url',
      message: 'required to serve: the http or https address of the discovery document of the issuer',
    });
  }
  for (const key of ['audience', 'issuer'] as const) {
    if (salver.auth.strictClaims && !auth[key]) {
      problems.push({
        path: `auth.${key}`,
        message:
          'required, because salver.yaml sets auth.strict_claims: tokens made for others would be taken',
      });
    }
  }
  if (auth.verifySsl && auth.caCertPath !== '') {
    problems.push(...certificateProblems(resolve(featureStore.repoDir, auth.caCertPath)));
  }
  return problems;
}

function certificateProblems(path: string): ConfigurationProblem[] {
  try {
    void new X509Certificate(readFileSync(path));
    return [];
  } catch (error) {
    const isFile = error instanceof Error && 'syscall' in error;
    const message = isFile
      ? `the file cannot be read: ${reasonOf(error)}`
      : 'the file holds no certificate in PEM';
    return [{ path: 'auth.ca_cert_path', message: `${path}: ${message}` }];
  }
}

function kubernetesProblems({ salver, environment }: AuthSetting): ConfigurationProblem[] {
  if (environment.kubernetesApi === null) {
    const message = 'kubernetes works in a pod of a cluster only: KUBERNETES_SERVICE_HOST is not set';
    return [{ path: 'auth.type', message }];
  }
  const missing = Object.values(SERVICE_ACCOUNT_FILES).filter(
    (name) => !isReadable(join(salver.auth.kubernetesMount, name)),
  );
  if (missing.length === 0) return [];
  const message = `kubernetes needs the service account of the pod; ${salver.auth.kubernetesMount} has no readable ${missing.join(', ')}`;
  return [{ path: 'auth.type', message }];
}

function isReadable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK);
    return true;
  } catch {
    return false;
  }
}

function intraServerProblems({ salver, environment }: AuthSetting): ConfigurationProblem[] {
  if (salver.auth.intraServer === 'disabled') return [];
  const weakness = secretWeakness(environment.intraServerSecret);
  if (weakness === undefined) return [];
  const message = `${weakness}; who knows it may do everything, so auth.intra_server needs one from a generator: openssl rand -base64 48`;
  return [{ path: INTRA_SERVER_VARIABLE, message }];
}

function secretWeakness(secret: string | null): string | undefined {
  if (secret === null) return 'not set';
  if (PUBLISHED_SECRETS.includes(secret)) return 'the value that the chart publishes is no secret';
  if (secret.length < SHORTEST_SECRET) return `shorter than ${SHORTEST_SECRET} characters`;
  return new Set(secret).size < FEWEST_CHARACTERS ? 'made of too few different characters' : undefined;
}

/** What to tell at start, once. */
export function authWarnings(
  { featureStore, salver }: AuthSetting,
  env: Environment,
): ConfigurationProblem[] {
  const { auth } = featureStore;
  const warnings: ConfigurationProblem[] = [];
  if (isOpen(featureStore, salver) && !isLoopback(salver.server.host)) {
    warnings.push({
      path: 'auth',
      message: `authentication is off: whoever reaches ${salver.server.host} may read and write everything`,
    });
  }
  if (auth.type === 'oidc') warnings.push(...oidcWarnings(auth));
  if (env[INTRA_SERVER_VARIABLE] && (salver.auth.intraServer === 'disabled' || auth.type === 'no_auth')) {
    warnings.push({
      path: INTRA_SERVER_VARIABLE,
      message: 'has no effect: tokens made of it are not taken (salver.yaml: auth.intra_server)',
    });
  }
  if (auth.type !== 'no_auth' && salver.auth.intraServer === 'unsigned_as_feast') {
    warnings.push({
      path: 'auth.intra_server',
      message: 'unsigned tokens show the secret itself to whoever sees a request; signed is safer',
    });
  }
  return warnings;
}

function isOpen({ auth }: FeatureStoreConfig, salver: SalverConfig): boolean {
  return auth.type === 'no_auth' && salver.auth.apiKeys.length === 0;
}

function oidcWarnings(auth: OidcAuth): ConfigurationProblem[] {
  const warnings: ConfigurationProblem[] = [];
  const warn = (key: string, message: string) => warnings.push({ path: `auth.${key}`, message });
  if (!auth.verifySsl) warn('verify_ssl', 'the certificate of the issuer is not checked');
  if (!auth.audience)
    warn('audience', 'not set: tokens that the issuer made for other services are taken too');
  const url = URL.parse(auth.authDiscoveryUrl ?? '');
  if (url?.protocol === 'http:' && !isLoopback(url.hostname)) {
    warn('auth_discovery_url', 'keys that come over plain http can be replaced on their way');
  }
  return warnings;
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}
