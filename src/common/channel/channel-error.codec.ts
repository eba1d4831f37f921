import { deserialize, serialize } from 'node:v8';
import {
  ConflictError,
  CorruptDataError,
  type ErrorCode,
  type ErrorDetails,
  FeatureServerError,
  InvalidRequestError,
  InvalidValueError,
  NotFoundError,
  NotSupportedError,
  PayloadTooLargeError,
  PermissionDeniedError,
  type RequestIssue,
  UnauthenticatedError,
  UnavailableError,
} from '../errors/errors.js';

interface SentError {
  /** Undefined for a bug of the other process. */
  readonly code: ErrorCode | undefined;
  readonly message: string;
  readonly feastClass: string | undefined;
  readonly issues: readonly RequestIssue[] | undefined;
}

const CLASSES: Readonly<
  Record<ErrorCode, new (message: string, details: ErrorDetails) => FeatureServerError>
> = {
  INVALID_REQUEST: InvalidRequestError,
  INVALID_VALUE: InvalidValueError,
  PAYLOAD_TOO_LARGE: PayloadTooLargeError,
  UNAUTHENTICATED: UnauthenticatedError,
  PERMISSION_DENIED: PermissionDeniedError,
  NOT_FOUND: NotFoundError,
  CONFLICT: ConflictError,
  NOT_SUPPORTED: NotSupportedError,
  CORRUPT_DATA: CorruptDataError,
  UNAVAILABLE: UnavailableError,
};

/** An error as it goes to another process, without its stack and its cause. */
export function encodeError(error: unknown): Buffer {
  const isOurs = error instanceof FeatureServerError;
  const sent: SentError = {
    code: isOurs ? error.code : undefined,
    message: error instanceof Error ? error.message : String(error),
    feastClass: isOurs ? error.feastClass : undefined,
    issues: isOurs ? error.issues : undefined,
  };
  return serialize(sent);
}

/** An error of the same class; a plain one for a bug. Never throws. */
export function decodeError(bytes: Uint8Array): Error {
  try {
    const { code, message, feastClass, issues } = deserialize(bytes) as SentError;
    if (code === undefined) return new Error(message);
    return new CLASSES[code](message, {
      ...(feastClass === undefined ? {} : { feastClass }),
      ...(issues === undefined ? {} : { issues }),
    });
  } catch (cause) {
    return new UnavailableError('another process of this server failed, and its reason cannot be read', {
      cause,
    });
  }
}
