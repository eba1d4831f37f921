import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { Strategy } from 'passport';
import { CALLER_STRATEGY } from '../authentication.guard.js';
import { ANONYMOUS, type Caller } from '../caller.js';

/** `auth: no_auth`: looks at nothing, everybody is the same caller. */
class AnybodyStrategy extends Strategy {
  override authenticate(): void {
    this.success(ANONYMOUS);
  }
}

@Injectable()
export class NoAuthStrategy extends PassportStrategy(AnybodyStrategy, CALLER_STRATEGY) {
  validate(): Caller {
    return ANONYMOUS;
  }
}
