import { UnavailableError } from '../../../common/errors/errors.js';
import { unverifiedClaims } from '../unverified-claims.js';
import { CANNOT_VERIFY } from '../with-deadline.js';
import type { KubernetesApi } from './kubernetes-api.js';

/** A user as the API of the cluster names it. */
export interface ReviewedUser {
  readonly username: string;
  readonly groups: readonly string[];
}

export interface ServiceAccount {
  readonly namespace: string;
  readonly name: string;
}

const PATH = '/apis/authentication.k8s.io/v1/tokenreviews';

/**
 * Asks the API whose token it is. The verdict is required, and nothing is believed of the token itself.
 *
 * Shape:  `undefined` for a token that is not good.
 * Errors: UpstreamError; UnavailableError when the API does not let this server ask.
 */
export async function reviewToken(
  api: KubernetesApi,
  token: string,
  onRefused: (reason: string) => void,
): Promise<ReviewedUser | undefined> {
  // What a token says against itself may be believed, and spares the API a call.
  if (expiryMs(token) <= Date.now()) return undefined;
  const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
  const { status, body } = await api.call(PATH, review);
  if (status < 200 || status > 299) {
    onRefused(
      `the API answers a token review with ${status}; the service account needs the right to create them`,
    );
    throw new UnavailableError(CANNOT_VERIFY);
  }
  return reviewedUser(body);
}

/** When a token says that it ends, in milliseconds since 1970; never, if it does not say. */
export function expiryMs(token: string): number {
  const exp = unverifiedClaims(token)?.exp;
  return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY;
}

/** `system:serviceaccount:NAMESPACE:NAME`; `undefined` for any other user. */
export function serviceAccountOf(username: string): ServiceAccount | undefined {
  const [, namespace, name] = /^system:serviceaccount:([^:]+):([^:]+)$/.exec(username) ?? [];
  return namespace === undefined || name === undefined ? undefined : { namespace, name };
}

function reviewedUser(body: unknown): ReviewedUser | undefined {
  const { status } = (body ?? {}) as {
    status?: { authenticated?: unknown; user?: Readonly<Record<string, unknown>> };
  };
  const { username, groups } = status?.user ?? {};
  if (status?.authenticated !== true || typeof username !== 'string' || username === '') return undefined;
  const texts = Array.isArray(groups)
    ? groups.filter((group): group is string => typeof group === 'string')
    : [];
  return { username, groups: texts };
}
