import type { AuthSettings } from './auth.config.js';
import type { Environment } from './environment-substitution.js';

/** The variable that Feast's servers and clients share. */
export const INTRA_SERVER_VARIABLE = 'INTRA_COMMUNICATION_BASE64';

/** What authentication takes from the environment. Plain data: it goes to every worker. */
export interface AuthEnvironment {
  /** `null` where it is not set, or where the option is off: what nobody needs is not passed on. */
  readonly intraServerSecret: string | null;
  /** `null` outside of a cluster. */
  readonly kubernetesApi: { readonly host: string; readonly port: number } | null;
}

export function readAuthEnvironment(
  env: Environment,
  { intraServer }: Pick<AuthSettings, 'intraServer'>,
): AuthEnvironment {
  const host = env['KUBERNETES_SERVICE_HOST'] || undefined;
  const port = Number(env['KUBERNETES_SERVICE_PORT'] || '443');
  return {
    intraServerSecret: (intraServer !== 'disabled' && env[INTRA_SERVER_VARIABLE]) || null,
    kubernetesApi: host !== undefined && port >= 1 && port <= 65_535 ? { host, port } : null,
  };
}
