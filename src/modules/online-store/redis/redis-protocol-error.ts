import { UnavailableError } from '../../../common/errors/errors.js';

/** What came from the server is no reply of the Redis protocol, or not the reply that was due. */
export class RedisProtocolError extends UnavailableError {
  constructor(problem: string) {
    super(`the connection to the online store (Redis) is out of step: ${problem}`);
  }
}
