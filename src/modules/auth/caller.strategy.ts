import { PassportStrategy } from '@nestjs/passport';
import type { FastifyRequest } from 'fastify';
import { Strategy } from 'passport';
import type { SecuritySchemes } from '../http/openapi-security.js';
import type { Caller } from './caller.js';

type Done = (error: unknown, caller?: Caller | null) => void;

let strategies = 0;

class RequestStrategy extends Strategy {
  /** Passport keeps strategies for the whole process by their name: two applications must not share one. */
  override name = `salver-${++strategies}`;

  // Passport derives an object of each strategy per request: nothing here can be a private field of JavaScript.
  constructor(private readonly verify: (request: FastifyRequest, done: Done) => void) {
    super();
  }

  override authenticate(request: unknown): void {
    this.verify(request as FastifyRequest, (error, caller) => {
      if (error) this.error(error);
      else if (caller) this.success(caller);
      else this.fail(401);
    });
  }
}

/** The passport strategy of the configured kind of authentication: finds out who makes a request. */
export abstract class CallerStrategy extends PassportStrategy(RequestStrategy) {
  /**
   * Who makes a request, where that is known already: nothing is verified, nobody is asked and nothing is waited for.
   * The answer is that of `validate`; `undefined` where `validate` must tell, also whom it refuses.
   */
  recognise(_request: FastifyRequest): Caller | undefined {
    return undefined;
  }

  /** Errors: UnavailableError when somebody else is needed to tell and does not answer. `undefined`: refused. */
  abstract override validate(request: FastifyRequest): Caller | undefined | Promise<Caller | undefined>;

  /** What is missing before any caller can be told, for the readiness of the process; `undefined` when nothing is. */
  waitingFor(): string | undefined {
    return undefined;
  }

  /** How a caller shows who it is, as OpenAPI says it; empty when nobody has to. */
  securitySchemes(): SecuritySchemes {
    return {};
  }
}
