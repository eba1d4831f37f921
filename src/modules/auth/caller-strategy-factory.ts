import { resolve } from 'node:path';
import { Logger } from '@nestjs/common';
import { environment } from '../../common/config/environment.config.js';
import type { LoadedConfiguration } from '../../common/config/load-configuration.js';
import type { AuthConfig } from '../../common/config/feature-store.js';
import { ApiKeyStrategy } from './api-key/api-key.strategy.js';
import { ApiKeys } from './api-key/api-keys.js';
import type { CallerStrategy } from './caller.strategy.js';
import { IntraServerTokens } from './intra-server/intra-server-tokens.js';
import { ClusterRoles } from './kubernetes/cluster-roles.js';
import { KubernetesApi } from './kubernetes/kubernetes-api.js';
import { KubernetesTokens } from './kubernetes/kubernetes-tokens.js';
import { KubernetesStrategy } from './kubernetes/kubernetes.strategy.js';
import { NoAuthStrategy } from './none/no-auth.strategy.js';
import { IssuerKeys } from './oidc/issuer-keys.js';
import { IssuerSource } from './oidc/issuer-source.js';
import { OidcTokens } from './oidc/oidc-tokens.js';
import { OidcStrategy } from './oidc/oidc.strategy.js';
import { TokenVerifier } from './oidc/token-verifier.js';
import { VerifiedCallers } from './verified-callers.js';

export type CallerStrategyOptions = Pick<LoadedConfiguration, 'featureStore' | 'salver' | 'authEnvironment'>;

type OidcAuth = Extract<AuthConfig, { type: 'oidc' }>;

/** An outage that every request meets is said now and then. */
const LOG_PAUSE_MS = 10_000;
const MAX_TIMER_MS = 2_147_483_647;

const logger = new Logger('Authentication');

/** One case per kind of authentication. */
export function createCallerStrategy(options: CallerStrategyOptions): CallerStrategy {
  const { auth } = options.featureStore;
  const apiKeys = new ApiKeys(options.salver.auth.apiKeys);
  switch (auth.type) {
    case 'no_auth':
      return apiKeys.none ? new NoAuthStrategy() : new ApiKeyStrategy(apiKeys);
    case 'oidc':
      return new OidcStrategy(apiKeys, oidcTokens(auth, options));
    case 'kubernetes':
      return new KubernetesStrategy(apiKeys, kubernetesTokens(options, 'kubernetes'));
  }
}

function oidcTokens(auth: OidcAuth, options: CallerStrategyOptions): OidcTokens {
  const { salver, authEnvironment } = options;
  const callers = new VerifiedCallers(salver.auth.rememberedTokens);
  const keys = issuerKeys(auth, options, callers);
  const roleClaims = salver.auth.roleClaims.split(',').flatMap((name) => name.trim() || []);
  const cluster = authEnvironment.kubernetesApi === null ? undefined : kubernetesTokens(options, 'oidc');
  return new OidcTokens({
    keys,
    callers,
    verifier: new TokenVerifier(keys, { ...auth, roleClaims }, (reason) =>
      logger.debug({ reason }, 'a token is refused'),
    ),
    intraServer: intraServerTokens(options, 'oidc'),
    cluster,
    uiClientId: auth.uiClientId,
  });
}

function issuerKeys(
  auth: OidcAuth,
  { featureStore, salver }: CallerStrategyOptions,
  callers: VerifiedCallers,
): IssuerKeys {
  const source = new IssuerSource({
    discoveryUrl: auth.authDiscoveryUrl ?? '',
    verifyCertificate: auth.verifySsl,
    caPath: auth.caCertPath === '' ? undefined : resolve(featureStore.repoDir, auth.caCertPath),
    timeoutMs: timerMs(auth.jwksRequestTimeoutSeconds),
    env: environment(),
  });
  const options = {
    lifespanMs: timerMs(auth.jwksCacheLifespanSeconds),
    maxStaleMs: salver.auth.jwksMaxStaleSeconds * 1000,
    cooldownMs: salver.auth.jwksCooldownSeconds * 1000,
  };
  return new IssuerKeys(source, options, {
    onKeyRemoved: () => callers.clear(),
    onOutage: (reason) => logger.error({ reason }, 'the keys of the issuer cannot be fetched; trying again'),
    onRecovery: () => logger.log('the keys of the issuer were fetched again'),
  });
}

function kubernetesTokens(options: CallerStrategyOptions, kind: 'oidc' | 'kubernetes'): KubernetesTokens {
  const { salver, authEnvironment } = options;
  if (authEnvironment.kubernetesApi === null)
    throw new Error('the configuration was not checked for a server');
  const { kubernetesMount, kubernetesTimeoutMs, kubernetesCacheSeconds, rememberedTokens } = salver.auth;
  const cacheMs = kubernetesCacheSeconds * 1000;
  const api = new KubernetesApi({
    ...authEnvironment.kubernetesApi,
    mount: kubernetesMount,
    timeoutMs: kubernetesTimeoutMs,
  });
  return new KubernetesTokens({
    api,
    cacheMs,
    callers: new VerifiedCallers(rememberedTokens),
    roles: new ClusterRoles(api, cacheMs, (what) =>
      logger.warn(
        { what },
        'the service account of this server may not read these; callers have fewer rights',
      ),
    ),
    intraServer: kind === 'kubernetes' ? intraServerTokens(options, kind) : undefined,
    onProblem: atMostEvery(LOG_PAUSE_MS, (reason) =>
      logger.error({ reason }, 'the Kubernetes API cannot be asked about a token'),
    ),
  });
}

function intraServerTokens(
  { salver, authEnvironment }: CallerStrategyOptions,
  kind: 'oidc' | 'kubernetes',
): IntraServerTokens | undefined {
  const { intraServer } = salver.auth;
  const secret = authEnvironment.intraServerSecret;
  return intraServer === 'disabled' || secret === null
    ? undefined
    : new IntraServerTokens(intraServer, kind, secret);
}

/** Feast takes any number that is greater than 0; a timer waits a whole number of milliseconds, and not for ever. */
function timerMs(seconds: number): number {
  return Math.min(Math.ceil(seconds * 1000), MAX_TIMER_MS);
}

function atMostEvery(pauseMs: number, tell: (reason: string) => void): (reason: string) => void {
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return (reason) => {
    if (performance.now() - toldAtMs < pauseMs) return;
    toldAtMs = performance.now();
    tell(reason);
  };
}
