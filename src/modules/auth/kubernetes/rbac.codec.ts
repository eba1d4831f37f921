import type { RoleBinding, RoleRule, Subject } from './role-binding.js';

type Json = Readonly<Record<string, unknown>>;

/** A page of a list of the Kubernetes API. */
export interface ListPage {
  readonly items: readonly unknown[];
  /** Asks for the next page; empty on the last. */
  readonly next: string;
}

/** Shape: what is not there is empty. Source: the list types of the Kubernetes API. */
export function decodeListPage(body: unknown): ListPage {
  const { items, metadata } = objectOf(body);
  return { items: listOf(items), next: textOf(objectOf(metadata)['continue']) };
}

/** Source: RoleBinding and ClusterRoleBinding of `rbac.authorization.k8s.io/v1`. */
export function decodeRoleBinding(body: unknown): RoleBinding {
  const { metadata, roleRef, subjects } = objectOf(body);
  const { name, namespace, labels } = objectOf(metadata);
  const role = objectOf(roleRef);
  return {
    name: textOf(name),
    namespace: textOf(namespace),
    labels: Object.fromEntries(Object.entries(objectOf(labels)).map(([key, value]) => [key, textOf(value)])),
    roleKind: textOf(role['kind']),
    roleName: textOf(role['name']),
    subjects: listOf(subjects).map(decodeSubject),
  };
}

function decodeSubject(body: unknown): Subject {
  const { kind, name, namespace } = objectOf(body);
  return { kind: textOf(kind), name: textOf(name), namespace: textOf(namespace) };
}

/** Source: the rules of a ClusterRole of `rbac.authorization.k8s.io/v1`. */
export function decodeRules(body: unknown): readonly RoleRule[] {
  return listOf(objectOf(body)['rules']).map((rule) => {
    const { resources, verbs, resourceNames } = objectOf(rule);
    return {
      resources: listOf(resources).map(textOf),
      verbs: listOf(verbs).map(textOf),
      resourceNames: listOf(resourceNames).map(textOf),
    };
  });
}

function objectOf(value: unknown): Json {
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
