import { once } from 'node:events';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { sendJson } from './test-issuer.js';
import { makeTlsCertificates } from './tls-certificates.js';

interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace?: string;
}

interface Binding {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Record<string, string>;
  };
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly Subject[];
}

export interface ClusterUser {
  readonly username: string;
  readonly groups?: readonly string[];
}

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const MOST_ITEMS = 3;

/** The API of a cluster on the loopback, over TLS by an authority of its own, and the mounted service account of a pod. */
export class TestCluster {
  /** Who a token belongs to, as the API knows it. */
  readonly users = new Map<string, ClusterUser>();
  readonly bindings: Binding[] = [];
  readonly clusterBindings: Binding[] = [];
  readonly clusterRoles = new Map<string, readonly object[]>();
  /** Paths of the requests so far, without their queries. */
  requests: string[] = [];
  /** In place of the API, for paths that begin so. */
  readonly answers = new Map<string, (response: ServerResponse) => void>();
  readonly mount: string;
  private serverToken = 'server-token-1';
  private server: Server | undefined;
  private port = 0;

  constructor(
    private readonly folder: string,
    namespace = 'feast',
  ) {
    this.mount = join(folder, 'mount');
    mkdirSync(this.mount);
    const { caPath } = makeTlsCertificates(folder, ['IP:127.0.0.1']);
    copyFileSync(caPath, join(this.mount, 'ca.crt'));
    writeFileSync(join(this.mount, 'namespace'), `${namespace}\n`);
    this.rotate(this.serverToken);
  }

  /** What the server under test finds in its environment. */
  get env(): Record<string, string> {
    return {
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String(this.port),
      SALVER_AUTH_KUBERNETES_MOUNT: this.mount,
    };
  }

  /** The token of the server's own service account expires, and another is mounted. */
  rotate(token: string): void {
    this.serverToken = token;
    writeFileSync(join(this.mount, 'token'), token);
  }

  /** From now on with the certificate of another authority, which is mounted too. */
  async renewAuthority(): Promise<void> {
    await this.stop();
    const { caPath } = makeTlsCertificates(this.folder, ['IP:127.0.0.1']);
    copyFileSync(caPath, join(this.mount, 'ca.crt'));
    await this.start();
  }

  /** The second time at the same port. */
  async start(): Promise<void> {
    const [key, cert] = ['redis.key', 'redis.crt'].map((name) => readFileSync(join(this.folder, name)));
    this.server = createServer({ key, cert }, (request, response) => void this.answer(request, response));
    this.server.listen(this.port, '127.0.0.1');
    await once(this.server, 'listening');
    this.port = (this.server.address() as AddressInfo).port;
  }

  async stop(): Promise<void> {
    const server = this.server;
    if (!server?.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  }

  private async answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'https://api');
    this.requests.push(pathname);
    const body = await text(request);
    const other = [...this.answers].find(([path]) => pathname.startsWith(path))?.[1];
    if (other) other(response);
    else if (request.headers.authorization !== `Bearer ${this.serverToken}`)
      sendJson(response, { kind: 'Status' }, 401);
    else if (pathname === '/apis/authentication.k8s.io/v1/tokenreviews') this.review(response, body);
    else this.read(response, pathname, searchParams);
  }

  private review(response: ServerResponse, body: string): void {
    const { spec } = JSON.parse(body) as { spec: { token: string } };
    const user = this.users.get(spec.token);
    const status = user ? { authenticated: true, user } : { error: 'invalid bearer token' };
    sendJson(response, { kind: 'TokenReview', status }, 201);
  }

  private read(response: ServerResponse, path: string, query: URLSearchParams): void {
    const namespace = new RegExp(`^${RBAC}/namespaces/([^/]+)/rolebindings$`).exec(path)?.[1];
    const role = new RegExp(`^${RBAC}/clusterroles/([^/]+)$`).exec(path)?.[1];
    if (namespace !== undefined) {
      sendPage(
        response,
        this.bindings.filter(({ metadata }) => metadata.namespace === namespace),
        query,
      );
    } else if (path === `${RBAC}/rolebindings`) sendPage(response, this.bindings, query);
    else if (path === `${RBAC}/clusterrolebindings`) sendPage(response, this.clusterBindings, query);
    else if (role !== undefined && this.clusterRoles.has(decodeURIComponent(role))) {
      sendJson(response, { kind: 'ClusterRole', rules: this.clusterRoles.get(decodeURIComponent(role)) });
    } else sendJson(response, { kind: 'Status' }, 404);
  }
}

/** Pages are short, so that there are several. */
function sendPage(response: ServerResponse, items: readonly Binding[], query: URLSearchParams): void {
  const from = Number(query.get('continue') ?? 0);
  const end = from + Math.min(Number(query.get('limit') ?? items.length), MOST_ITEMS);
  const next = end < items.length ? String(end) : '';
  sendJson(response, { metadata: { continue: next }, items: items.slice(from, end) });
}

export function binding(
  name: string,
  role: string,
  subjects: readonly Subject[],
  namespace?: string,
): Binding {
  return {
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    roleRef: { kind: 'Role', name: role },
    subjects,
  };
}

export const account = (namespace: string, name: string): Subject => ({
  kind: 'ServiceAccount',
  name,
  namespace,
});
export const user = (name: string): Subject => ({ kind: 'User', name });
export const group = (name: string): Subject => ({ kind: 'Group', name });
