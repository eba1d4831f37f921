import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Caller } from '../../src/modules/auth/caller.js';
import { ClusterRoles } from '../../src/modules/auth/kubernetes/cluster-roles.js';
import { KubernetesApi } from '../../src/modules/auth/kubernetes/kubernetes-api.js';
import { KubernetesTokens } from '../../src/modules/auth/kubernetes/kubernetes-tokens.js';
import { VerifiedCallers } from '../../src/modules/auth/verified-callers.js';
import { TestCluster } from './test-cluster.js';

export const REVIEWS = '/apis/authentication.k8s.io/v1/tokenreviews';
export const RBAC = '/apis/rbac.authorization.k8s.io/v1';
export const READER = {
  username: 'system:serviceaccount:apps:reader',
  groups: ['system:serviceaccounts', 'system:serviceaccounts:apps'],
};

/** A cluster that knows the token `t-reader`, and what asks it about tokens. */
export class ClusterTokens {
  /** What a log would hold. */
  readonly told: string[] = [];
  readonly cluster: TestCluster;
  private readonly folder = mkdtempSync(join(tmpdir(), 'salver-spec-'));
  private readonly opened: KubernetesTokens[] = [];

  /** The server's namespace is `feast`. */
  constructor() {
    this.cluster = new TestCluster(this.folder, 'feast');
    this.cluster.users.set('t-reader', READER);
  }

  start(): Promise<void> {
    return this.cluster.start();
  }

  async stop(): Promise<void> {
    for (const tokens of this.opened) tokens.close();
    await this.cluster.stop();
    rmSync(this.folder, { recursive: true });
  }

  open({ cacheMs = 60_000, timeoutMs = 2000 } = {}): KubernetesTokens {
    const port = Number(this.cluster.env['KUBERNETES_SERVICE_PORT']);
    const api = new KubernetesApi({ host: '127.0.0.1', port, mount: this.cluster.mount, timeoutMs });
    const tokens = new KubernetesTokens({
      api,
      cacheMs,
      callers: new VerifiedCallers(100),
      roles: new ClusterRoles(api, cacheMs, (what) => void this.told.push(`forbidden: ${what}`)),
      intraServer: undefined,
      onProblem: (reason) => void this.told.push(reason),
    });
    this.opened.push(tokens);
    return tokens;
  }

  async callerOf(token: string, tokens = this.open()): Promise<Caller | undefined> {
    return tokens.callerOf(token);
  }
}
