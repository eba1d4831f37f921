/** Stable machine names: the error filter maps each to a status, metrics and logs name them. */
export type ErrorCode =
  | 'INVALID_REQUEST'
  | 'INVALID_VALUE'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNAUTHENTICATED'
  | 'PERMISSION_DENIED'
  | 'NOT_FOUND'
  | 'CONFLICT'
  | 'NOT_SUPPORTED'
  | 'CORRUPT_DATA'
  | 'UNAVAILABLE';

/** One thing that is wrong with a request, in the shape that Feast's clients know. */
export interface RequestIssue {
  /** Machine name, as pydantic names it: `missing`, `list_type`, `json_invalid`, … */
  readonly type: string;
  /** Where: `['body', 'entities', 'driver_id', 3]`. */
  readonly loc: readonly (string | number)[];
  readonly msg: string;
  /** What was sent, when it is small enough to say. Plain JSON data. */
  readonly input?: unknown;
  readonly ctx?: Readonly<Record<string, unknown>>;
}

export interface ErrorDetails {
  /** The class of `feast.errors` that a Feast client rebuilds from the body. */
  readonly feastClass?: string;
  /** Where in the request the mistake is; the body is then `{"detail":[…]}`. */
  readonly issues?: readonly RequestIssue[];
  /** The kind of error as clients of OpenAI know it; the body is then `{"error":{"message","type"}}`. */
  readonly openAiType?: string;
  readonly cause?: unknown;
}

/**
 * Every failure this server reports on purpose. No HTTP here: `error.filter.ts` is the only
 * file that knows a status code. Anything else that is thrown is a bug, and answers 500.
 */
export abstract class FeatureServerError extends Error {
  abstract readonly code: ErrorCode;
  readonly feastClass: string | undefined;
  readonly issues: readonly RequestIssue[] | undefined;
  readonly openAiType: string | undefined;

  constructor(message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.feastClass = details.feastClass;
    this.issues = details.issues;
    this.openAiType = details.openAiType;
  }
}

/** Well-formed, but it asks for something that makes no sense. */
export class InvalidRequestError extends FeatureServerError {
  readonly code = 'INVALID_REQUEST';
}

/** A value or a shape that cannot be used: says which, and where. */
export class InvalidValueError extends FeatureServerError {
  readonly code = 'INVALID_VALUE';

  /** One issue: the message of the error is the message of the issue. */
  static at(loc: readonly (string | number)[], msg: string, type = 'value_error'): InvalidValueError {
    return new InvalidValueError(msg, { issues: [{ type, loc, msg }] });
  }
}

/** More bytes than this server takes in one request. */
export class PayloadTooLargeError extends FeatureServerError {
  readonly code = 'PAYLOAD_TOO_LARGE';
}

/** No token, or a token that does not verify. */
export class UnauthenticatedError extends FeatureServerError {
  readonly code = 'UNAUTHENTICATED';
}

/** A known caller who may not do this. */
export class PermissionDeniedError extends FeatureServerError {
  readonly code = 'PERMISSION_DENIED';

  constructor(message: string) {
    super(message, { feastClass: 'FeastPermissionError' });
  }
}

/** A name that the registry does not hold. */
export class NotFoundError extends FeatureServerError {
  readonly code = 'NOT_FOUND';
}

/** Somebody else changed the same thing first. */
export class ConflictError extends FeatureServerError {
  readonly code = 'CONFLICT';
}

/** A part of Feast that this server, as it is configured, does not do. */
export class NotSupportedError extends FeatureServerError {
  readonly code = 'NOT_SUPPORTED';
}

/** Stored bytes do not decode. Our fault or the writer's, never the caller's. */
export class CorruptDataError extends FeatureServerError {
  readonly code = 'CORRUPT_DATA';
}

/** Something this server needs is down, too slow or not ready. The caller may try again. */
export class UnavailableError extends FeatureServerError {
  readonly code = 'UNAVAILABLE';
}
