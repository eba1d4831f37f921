/**
 * Who makes a request, as the authentication of the configured kind found out. Framework-free.
 *
 * Shape: frozen, and the same object for as long as a token is remembered: decisions may be remembered by it.
 */
export interface Caller {
  /** Empty for nobody in particular. */
  readonly subject: string;
  readonly roles: readonly string[];
  readonly groups: readonly string[];
  /** Kubernetes namespaces. */
  readonly namespaces: readonly string[];
  /** Another server of the same installation: every permission is granted. Never told from the subject. */
  readonly intraServer?: true;
}

/** Everybody, where authentication is off. */
export const ANONYMOUS: Caller = Object.freeze({ subject: '', roles: [], groups: [], namespaces: [] });
