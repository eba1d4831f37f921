import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  Logger,
  NotFoundException,
} from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { type ErrorCode, FeatureServerError, PayloadTooLargeError } from './errors.js';

/** What the server has at a path that no route matched. */
export type UnmatchedRoute =
  | { readonly kind: 'unknown' }
  | { readonly kind: 'other-method'; readonly allow: string }
  | { readonly kind: 'redirect'; readonly path: string };

/** The only map from code to status. */
const STATUS: Record<ErrorCode, number> = {
  INVALID_REQUEST: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  CONFLICT: 409,
  PAYLOAD_TOO_LARGE: 413,
  INVALID_VALUE: 422,
  CORRUPT_DATA: 500,
  NOT_SUPPORTED: 501,
  UNAVAILABLE: 503,
};

/** Seconds after which a caller may try again what was not available. */
const RETRY_AFTER_SECONDS = 1;

/** Turns every failure of a request into an answer: our own errors, the framework's, and bugs. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  private readonly logger = new Logger(ErrorFilter.name);

  constructor(
    private readonly unmatchedRoute: (url: string) => UnmatchedRoute,
    private readonly bodyLimitBytes: number,
  ) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const reply = http.getResponse<FastifyReply>();
    const request = http.getRequest<FastifyRequest>();
    // The answer has begun: all that is left is to end the connection, so that nobody takes half for whole.
    if (reply.sent) {
      this.log(error, request);
      reply.raw.destroy();
      return;
    }
    if (error instanceof FeatureServerError) this.answerOwn(error, request, reply);
    else if (statusOf(error) === 413) this.answerOwn(this.bodyTooLarge(), request, reply);
    else if (error instanceof NotFoundException) this.answerUnmatched(request, reply);
    else this.answerForeign(error, request, reply);
  }

  private answerOwn(error: FeatureServerError, request: FastifyRequest, reply: FastifyReply): void {
    const status = STATUS[error.code];
    if (status === 500) {
      this.answerBug(error, request, reply);
      return;
    }
    if (status === 503) {
      this.logger.warn({ requestId: request.id, reason: error.message }, 'unavailable');
      reply.header('retry-after', String(RETRY_AFTER_SECONDS));
    }
    if (status === 401) reply.header('www-authenticate', challenge(request));
    send(reply, status, bodyOf(error));
  }

  private bodyTooLarge(): PayloadTooLargeError {
    return new PayloadTooLargeError(
      `The body has more than ${this.bodyLimitBytes} bytes, the most that is taken`,
    );
  }

  private answerUnmatched(request: FastifyRequest, reply: FastifyReply): void {
    const unmatched = this.unmatchedRoute(request.raw.url ?? '/');
    if (unmatched.kind === 'other-method') {
      reply.header('allow', unmatched.allow);
      send(reply, 405, { detail: 'Method Not Allowed' });
    } else if (unmatched.kind === 'redirect') {
      const origin = request.headers.host ? `${request.protocol}://${request.host}` : '';
      reply.header('location', origin + unmatched.path);
      reply.status(307).send();
    } else {
      send(reply, 404, { detail: 'Not Found' });
    }
  }

  /** Errors of Fastify and of Nest carry a status. */
  private answerForeign(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const status = statusOf(error);
    if (status === undefined || status < 400 || status > 499) this.answerBug(error, request, reply);
    else send(reply, status, { detail: (error as Error).message });
  }

  private answerBug(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    this.log(error, request);
    send(reply, 500, { detail: 'Internal Server Error', request_id: request.id });
  }

  private log(error: unknown, request: FastifyRequest): void {
    const { message, stack } = error instanceof Error ? error : { message: String(error), stack: undefined };
    this.logger.error({ requestId: request.id, error: message, stack }, 'request failed');
  }
}

/** RFC 6750: the reason is named to those alone who sent a token. */
function challenge({ headers }: FastifyRequest): string {
  return headers.authorization === undefined ? 'Bearer' : 'Bearer error="invalid_token"';
}

function send(reply: FastifyReply, status: number, body: unknown): void {
  reply.status(status).header('content-type', 'application/json').send(JSON.stringify(body));
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' ? status : undefined;
}

/**
 * Feast's clients know three bodies: a list of issues, an error class as JSON in a string, a plain string; those of
 * OpenAI know a fourth.
 */
function bodyOf(error: FeatureServerError): unknown {
  if (error.issues) return { detail: error.issues };
  if (error.openAiType) return { error: { message: error.message, type: error.openAiType } };
  if (error.feastClass)
    return pythonJson({ module: 'feast.errors', class: error.feastClass, message: error.message });
  if (error.code === 'UNAUTHENTICATED' || error.code === 'PAYLOAD_TOO_LARGE')
    return { detail: error.message };
  return error.message;
}

/** An object of texts as Python's `json.dumps` prints it: blanks after separators, ASCII only. */
function pythonJson(object: Readonly<Record<string, string>>): string {
  const members = Object.entries(object).map(([key, value]) => `${ascii(key)}: ${ascii(value)}`);
  return `{${members.join(', ')}}`;
}

function ascii(text: string): string {
  return JSON.stringify(text).replace(
    /[\u0080-\uffff]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
