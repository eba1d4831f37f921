import { UnavailableError } from '../../../common/errors/errors.js';
import type { Caller } from '../caller.js';
import type { IntraServerTokens } from '../intra-server/intra-server-tokens.js';
import { UpstreamError } from '../json-call.js';
import type { VerifiedCaller, VerifiedCallers } from '../verified-callers.js';
import { CANNOT_VERIFY } from '../with-deadline.js';
import type { ClusterRoles } from './cluster-roles.js';
import type { KubernetesApi } from './kubernetes-api.js';
import {
  boundGroups,
  grantsNamespace,
  namespacesOfUser,
  rolesOfAccount,
  rolesOfUser,
} from './role-binding.js';
import {
  expiryMs,
  type ReviewedUser,
  reviewToken,
  type ServiceAccount,
  serviceAccountOf,
} from './token-review.js';

export interface KubernetesParts {
  readonly api: KubernetesApi;
  readonly roles: ClusterRoles;
  readonly callers: VerifiedCallers;
  /** How long a good token is believed without another look. */
  readonly cacheMs: number;
  /** `undefined`: such tokens are not taken. */
  readonly intraServer: IntraServerTokens | undefined;
  readonly onProblem: (reason: string) => void;
}

const ACCOUNT_GROUP = /^system:serviceaccounts:([^:]+)/;

/**
 * Tells the callers of bearer tokens by the cluster that this server runs in.
 *
 * Source: Feast's Kubernetes token parser, except that the verdict of the review counts and identity comes from it alone.
 */
export class KubernetesTokens {
  constructor(private readonly parts: KubernetesParts) {}

  close(): void {
    this.parts.api.close();
  }

  /** The caller of a token that was reviewed, for as long as a review is believed. */
  rememberedCaller(digest: string): Caller | undefined {
    return this.parts.callers.recall(digest);
  }

  /** With roles, groups and namespaces. `undefined`: refused. Errors: UnavailableError when the API does not answer. */
  callerOf(token: string): Caller | Promise<Caller | undefined> {
    return this.parts.callers.resolve(token, () => this.verified(token));
  }

  /**
   * A service account by its full name and its namespace alone, as under `auth: oidc`: the right to create token reviews
   * is all that this server needs for it.
   */
  serviceAccountOf(token: string): Caller | Promise<Caller | undefined> {
    return this.parts.callers.resolve(token, () =>
      this.reviewed(token, (user) => Promise.resolve(plainCaller(user))),
    );
  }

  private async verified(token: string): Promise<VerifiedCaller | undefined> {
    const intraServer = await this.parts.intraServer?.callerOf(token);
    if (intraServer) return { caller: intraServer, expiresAtMs: 0 };
    return this.reviewed(token, (user) => this.callerWithRights(user));
  }

  private async reviewed(
    token: string,
    callerOf: (user: ReviewedUser) => Promise<Caller>,
  ): Promise<VerifiedCaller | undefined> {
    const { api, cacheMs, onProblem } = this.parts;
    try {
      const user = await reviewToken(api, token, onProblem);
      const reviewedAtMs = Date.now();
      return (
        user && {
          caller: await callerOf(user),
          expiresAtMs: Math.min(reviewedAtMs + cacheMs, expiryMs(token)),
        }
      );
    } catch (error) {
      if (!(error instanceof UpstreamError)) throw error;
      onProblem(error.message);
      throw new UnavailableError(CANNOT_VERIFY, { cause: error });
    }
  }

  private async callerWithRights(user: ReviewedUser): Promise<Caller> {
    const account = serviceAccountOf(user.username);
    return account === undefined ? this.userCaller(user) : this.accountCaller(account, user.groups);
  }

  private async accountCaller(account: ServiceAccount, reviewGroups: readonly string[]): Promise<Caller> {
    const { api, roles } = this.parts;
    const { namespace, name } = account;
    const [serverBindings, ownBindings, clusterGroups] = await Promise.all([
      api.ownNamespace().then((server) => roles.bindingsIn(server)),
      roles.bindingsIn(namespace),
      this.clusterGroupsOf(namespace),
    ]);
    const groups = [...reviewGroups, ...boundGroups(ownBindings), ...clusterGroups];
    return frozenCaller({
      subject: `${namespace}:${name}`,
      roles: rolesOfAccount(serverBindings, account),
      groups,
      namespaces: [namespace, ...namespacesOfGroups(groups)],
    });
  }

  private async userCaller({ username, groups }: ReviewedUser): Promise<Caller> {
    const { roles } = this.parts;
    const [bindings, clusterBindings] = await Promise.all([
      roles.bindingsOfAllNamespaces(),
      roles.clusterBindings(),
    ]);
    return frozenCaller({
      subject: username,
      roles: rolesOfUser([...bindings, ...clusterBindings], username, groups),
      groups,
      namespaces: [...namespacesOfUser(bindings, username), ...namespacesOfGroups(groups)],
    });
  }

  /** Groups that are bound, in the whole cluster, to a role that lets them see a namespace. */
  private async clusterGroupsOf(namespace: string): Promise<string[]> {
    const { roles } = this.parts;
    const bindings = (await roles.clusterBindings()).filter((binding) => boundGroups([binding]).length > 0);
    const names = [...new Set(bindings.map(({ roleName }) => roleName))];
    const granting = await Promise.all(
      names.map(async (name) => (grantsNamespace(await roles.rulesOf(name), namespace) ? [name] : [])),
    );
    const grantingNames = new Set(granting.flat());
    return boundGroups(bindings.filter(({ roleName }) => grantingNames.has(roleName)));
  }
}

function plainCaller({ username }: ReviewedUser): Caller {
  const account = serviceAccountOf(username);
  return frozenCaller({
    subject: username,
    roles: [],
    groups: [],
    namespaces: account === undefined ? [] : [account.namespace],
  });
}

function namespacesOfGroups(groups: readonly string[]): string[] {
  return groups.flatMap((group) => ACCOUNT_GROUP.exec(group)?.[1] ?? []);
}

/** Every list in order, and without repeats. */
function frozenCaller({ subject, roles, groups, namespaces }: Caller): Caller {
  return Object.freeze({
    subject,
    roles: distinct(roles),
    groups: distinct(groups),
    namespaces: distinct(namespaces),
  });
}

function distinct(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}
