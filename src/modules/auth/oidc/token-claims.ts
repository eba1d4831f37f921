import type { JWTPayload } from 'jose';
import type { Caller } from '../caller.js';

export interface ClaimOptions {
  /** Whose roles count in `resource_access`; none of anybody's without it. */
  readonly clientId: string | null;
  /** Claims that hold roles besides: a name, or a path of names with dots between. */
  readonly roleClaims: readonly string[];
}

/** Of a person first, then of an application. */
const NAME_CLAIMS = ['preferred_username', 'upn', 'azp', 'appid', 'sub'];

/**
 * Who a verified token is about, as Feast reads it. Roles of `resource_access` come before those of `roles`, then those
 * of the claims that were configured.
 *
 * Shape:  `undefined` when the token names nobody. What is no list, or no text in a list, is left out.
 * Source: Feast's OIDC token parser.
 */
export function callerOfClaims(
  claims: JWTPayload,
  { clientId, roleClaims }: ClaimOptions,
): Caller | undefined {
  const subject = NAME_CLAIMS.map((name) => claimAt(claims, [name])).find(
    (value) => typeof value === 'string',
  );
  if (subject === undefined) return undefined;
  const roles = [
    ...(clientId === null ? [] : textsOf(claimAt(claims, ['resource_access', clientId, 'roles']))),
    ...textsOf(claimAt(claims, ['roles'])),
    ...roleClaims.flatMap((name) => rolesAt(claims, name)),
  ];
  return Object.freeze({
    subject,
    roles: [...new Set(roles)],
    groups: textsOf(claimAt(claims, ['groups'])),
    namespaces: [],
  });
}

/** A claim of that whole name (`https://example.org/roles`), else along the dots; `scope` is a text of words. */
function rolesAt(claims: JWTPayload, name: string): string[] {
  const value = Object.hasOwn(claims, name) ? claims[name] : claimAt(claims, name.split('.'));
  if (typeof value === 'string') return value.split(' ').filter((word) => word !== '');
  return textsOf(value);
}

/** Own members alone: a claim may be called `constructor`. */
function claimAt(claims: unknown, path: readonly string[]): unknown {
  let value = claims;
  for (const name of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
    value = (value as Readonly<Record<string, unknown>>)[name];
  }
  return value;
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : [];
}
