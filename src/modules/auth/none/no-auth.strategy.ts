import { ANONYMOUS, type Caller } from '../caller.js';
import { CallerStrategy } from '../caller.strategy.js';

/** `auth: no_auth`: looks at nothing, everybody is the same caller. */
export class NoAuthStrategy extends CallerStrategy {
  override recognise(): Caller {
    return ANONYMOUS;
  }

  override validate(): Caller {
    return ANONYMOUS;
  }
}
