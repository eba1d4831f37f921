import { serialize } from 'node:v8';

declare const shapes: unique symbol;

/** A kind of request, known to both ends: what is asked, and what is answered, must survive `v8.serialize`. */
export interface ChannelMethod<Request, Reply> {
  readonly name: string;
  /**
   * Whether it does no harm to do it twice. If not, a request is never sent again once it may have been looked at.
   */
  readonly isRepeatable: boolean;
  /** For the compiler alone. */
  readonly [shapes]?: readonly [Request, Reply];
}

export function channelMethod<Request, Reply>(
  name: string,
  options: { readonly isRepeatable: boolean },
): ChannelMethod<Request, Reply> {
  return { name, ...options };
}

/** The payload of a request. */
export function encodeRequest(name: string, request: unknown): Buffer {
  return serialize([name, request]);
}
