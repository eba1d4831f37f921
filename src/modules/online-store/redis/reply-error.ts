import { CorruptDataError, FeatureServerError, UnavailableError } from '../../../common/errors/errors.js';

/** What came from the server is no reply of the Redis protocol, or not the reply that was due. */
export class RedisProtocolError extends UnavailableError {
  constructor(problem: string) {
    super(`the connection to Redis is broken: ${problem}`);
  }
}

/** So much of an error reply is repeated. */
const MAX_TEXT = 200;

/**
 * What an error reply to a read means.
 *
 * Shape:  `text` as the server sent it, without the first `-`: a code in capitals, a space, a sentence.
 * Errors: returned, not thrown: CorruptDataError for a key that holds something else than a hash,
 *         UnavailableError for everything else: the server is loading, wants another login, has failed over, …
 */
export function replyError(text: string): FeatureServerError {
  const said = text.slice(0, MAX_TEXT);
  if (said.startsWith('WRONGTYPE')) {
    return new CorruptDataError(`a key of the online store holds no hash: ${said}`);
  }
  return new UnavailableError(`Redis refused a read: ${said}`);
}
