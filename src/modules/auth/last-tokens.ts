import type { IncomingMessage } from 'node:http';
import { isAmbiguous } from './credentials.js';

type Headers = Pick<IncomingMessage, 'headers' | 'rawHeaders' | 'socket'>;

/** What the last header of a connection came to. */
interface LastToken {
  readonly authorization: string;
  readonly digest: string;
}

/**
 * The digest of the token that each open connection sent last: most clients send the same one again and again, and making
 * a digest costs more than all else that is done to let in a caller who is known. Whether the token is still good is not
 * decided here.
 */
export class LastTokens {
  /** Goes with the connections, whose number is bounded. */
  private readonly byConnection = new WeakMap<object, LastToken>();

  /** `undefined` when the header is another one than before, or there are several. */
  digestOf({ headers, rawHeaders, socket }: Headers): string | undefined {
    const last = this.byConnection.get(socket);
    if (last === undefined || last.authorization !== headers.authorization) return undefined;
    return isAmbiguous(rawHeaders) ? undefined : last.digest;
  }

  /** To be called for tokens that are good alone: what strangers send is not held. */
  keep({ headers: { authorization }, socket }: Headers, digest: string): void {
    if (authorization !== undefined) this.byConnection.set(socket, { authorization, digest });
  }
}
