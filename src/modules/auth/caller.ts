/** Who makes a request, as the authentication of the configured kind found out. Framework-free. */
export interface Caller {
  /** Empty for nobody in particular. */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Kubernetes namespaces. */
  readonly namespaces: readonly string[];
}

/** Everybody, where authentication is off. */
export const ANONYMOUS: Caller = Object.freeze({ subject: '', roles: [], groups: [], namespaces: [] });
