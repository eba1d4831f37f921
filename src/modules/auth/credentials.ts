import type { IncomingMessage } from 'node:http';

/** What a request shows of who makes it. */
export type Credentials =
  { readonly kind: 'token'; readonly text: string } | { readonly kind: 'api-key'; readonly text: string };

/** Longer ones are not looked at: what issuers make is shorter, and headers have to be held in memory. */
const MAX_LENGTH = 32_768;

/** Reads each character once, whatever the header. */
const BEARER = /^\s*bearer\s+(\S+)\s*$/i;

/**
 * Takes the token out of the `Authorization` header: scheme Bearer in any case, and exactly one word behind it.
 * Without that header `x-api-key` counts. Cookies and the query are never looked at.
 *
 * Shape:  `undefined` for none, and for what cannot be one: a header that came twice, three words, another scheme.
 */
export function credentialsOf(
  request: Pick<IncomingMessage, 'headers' | 'rawHeaders'>,
): Credentials | undefined {
  const { authorization, 'x-api-key': apiKey } = request.headers;
  if (authorization === undefined) {
    return typeof apiKey === 'string' ? withinLimit({ kind: 'api-key', text: apiKey }) : undefined;
  }
  const text = BEARER.exec(authorization)?.[1];
  if (text === undefined) return undefined;
  return isAmbiguous(request.rawHeaders) ? undefined : withinLimit({ kind: 'token', text });
}

function withinLimit(credentials: Credentials): Credentials | undefined {
  return credentials.text.length <= MAX_LENGTH ? credentials : undefined;
}

/** Whether there are several `Authorization` headers: Node keeps the first, a proxy in front may have looked at another. */
export function isAmbiguous(rawHeaders: readonly string[]): boolean {
  let count = 0;
  for (let at = 0; at < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] as string;
    if (name.length === 13 && name.toLowerCase() === 'authorization') count++;
  }
  return count > 1;
}
