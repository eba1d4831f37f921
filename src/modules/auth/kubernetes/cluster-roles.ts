import { UpstreamError } from '../json-call.js';
import type { KubernetesApi } from './kubernetes-api.js';
import { decodeListPage, decodeRoleBinding, decodeRules } from './rbac.codec.js';
import type { RoleBinding, RoleRule } from './role-binding.js';
import { TimedMemory } from './timed-memory.js';

const RBAC = '/apis/rbac.authorization.k8s.io/v1';
const PAGE_SIZE = 500;
const MAX_PAGES = 200;
/** Lists of namespaces, and roles by name. */
const MAX_REMEMBERED = 2000;

/** Reads role bindings and roles of the cluster, and remembers them for a short time. */
export class ClusterRoles {
  private readonly bindings: TimedMemory<readonly RoleBinding[]>;
  private readonly rules: TimedMemory<readonly RoleRule[]>;
  private readonly forbidden = new Set<string>();

  constructor(
    private readonly api: KubernetesApi,
    cacheMs: number,
    /** Told once per kind of object that this server may not read: callers then have fewer rights, never more. */
    private readonly onForbidden: (what: string) => void,
  ) {
    this.bindings = new TimedMemory(cacheMs, MAX_REMEMBERED);
    this.rules = new TimedMemory(cacheMs, MAX_REMEMBERED);
  }

  bindingsIn(namespace: string): Promise<readonly RoleBinding[]> {
    const path = `${RBAC}/namespaces/${encodeURIComponent(namespace)}/rolebindings`;
    return this.list(path, 'rolebindings of a namespace');
  }

  bindingsOfAllNamespaces(): Promise<readonly RoleBinding[]> {
    return this.list(`${RBAC}/rolebindings`, 'rolebindings of all namespaces');
  }

  clusterBindings(): Promise<readonly RoleBinding[]> {
    return this.list(`${RBAC}/clusterrolebindings`, 'clusterrolebindings');
  }

  /** Empty for one that does not exist. */
  rulesOf(clusterRole: string): Promise<readonly RoleRule[]> {
    return this.rules.get(clusterRole, async () => {
      const body = await this.read(`${RBAC}/clusterroles/${encodeURIComponent(clusterRole)}`, 'clusterroles');
      return decodeRules(body);
    });
  }

  private list(path: string, what: string): Promise<readonly RoleBinding[]> {
    return this.bindings.get(path, () => this.readPages(path, what));
  }

  private async readPages(path: string, what: string): Promise<readonly RoleBinding[]> {
    const bindings: RoleBinding[] = [];
    let next = '';
    for (let pages = 0; pages < MAX_PAGES; pages++) {
      const query = new URLSearchParams({ limit: String(PAGE_SIZE), ...(next !== '' && { continue: next }) });
      const page = decodeListPage(await this.read(`${path}?${query.toString()}`, what));
      bindings.push(...page.items.map(decodeRoleBinding));
      ({ next } = page);
      if (next === '') return bindings;
    }
    throw new UpstreamError(`there are more than ${MAX_PAGES * PAGE_SIZE} ${what}`);
  }

  /** `undefined` for what is not there, or must not be read. */
  private async read(path: string, what: string): Promise<unknown> {
    const { status, body } = await this.api.call(path);
    if (status === 200) return body;
    if (status === 403 && !this.forbidden.has(what)) {
      this.forbidden.add(what);
      this.onForbidden(what);
    }
    if (status === 403 || status === 404) return undefined;
    throw new UpstreamError(`the API answers status ${status} for ${what}`);
  }
}
