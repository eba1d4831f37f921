import type { ServiceAccount } from './token-review.js';

/** A RoleBinding or ClusterRoleBinding, as far as it counts here. */
export interface RoleBinding {
  readonly name: string;
  /** Empty for one of the whole cluster. */
  readonly namespace: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly roleKind: string;
  readonly roleName: string;
  readonly subjects: readonly Subject[];
}

export interface Subject {
  readonly kind: string;
  readonly name: string;
  readonly namespace: string;
}

/** A rule of a ClusterRole. */
export interface RoleRule {
  readonly resources: readonly string[];
  readonly verbs: readonly string[];
  readonly resourceNames: readonly string[];
}

const DASHBOARD_PREFIX = 'dashboard-permissions-';
const DASHBOARD_LABEL = 'opendatahub.io/dashboard';

/** Names of the roles that are bound to a service account. */
export function rolesOfAccount(
  bindings: readonly RoleBinding[],
  { namespace, name }: ServiceAccount,
): string[] {
  const isAccount = (subject: Subject) =>
    subject.kind === 'ServiceAccount' && subject.name === name && subject.namespace === namespace;
  return bindings.filter(({ subjects }) => subjects.some(isAccount)).map(({ roleName }) => roleName);
}

/** Names of the roles that are bound to a user, or to one of its groups. */
export function rolesOfUser(
  bindings: readonly RoleBinding[],
  username: string,
  groups: readonly string[],
): string[] {
  const known = new Set(groups);
  const isUser = ({ kind, name }: Subject) =>
    (kind === 'User' && name === username) || (kind === 'Group' && known.has(name));
  return bindings.filter(({ subjects }) => subjects.some(isUser)).map(({ roleName }) => roleName);
}

/** The groups among the subjects. */
export function boundGroups(bindings: readonly RoleBinding[]): string[] {
  return bindings.flatMap(({ subjects }) =>
    subjects.filter(({ kind }) => kind === 'Group').map(({ name }) => name),
  );
}

/** Namespaces that a user was let into: by the dashboard, or as their admin. */
export function namespacesOfUser(bindings: readonly RoleBinding[], username: string): string[] {
  const isUser = ({ kind, name }: Subject) => kind === 'User' && name === username;
  return bindings
    .filter(
      (binding) => (isDashboardBinding(binding) || isAdminBinding(binding)) && binding.subjects.some(isUser),
    )
    .map(({ namespace }) => namespace);
}

function isDashboardBinding({ name, labels }: RoleBinding): boolean {
  return name.startsWith(DASHBOARD_PREFIX) && labels[DASHBOARD_LABEL] === 'true';
}

function isAdminBinding({ roleKind, roleName }: RoleBinding): boolean {
  return roleKind === 'ClusterRole' && roleName === 'admin';
}

/** Whether a ClusterRole lets see namespaces, or names this one. */
export function grantsNamespace(rules: readonly RoleRule[], namespace: string): boolean {
  return rules.some(({ resources, verbs, resourceNames }) => {
    const ofNamespaces = resources.includes('namespaces') || resources.includes('*');
    const toSee = verbs.includes('get') || verbs.includes('list') || verbs.includes('*');
    return (ofNamespaces && toSee) || resourceNames.includes(namespace);
  });
}
