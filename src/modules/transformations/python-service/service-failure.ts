import { status } from '@grpc/grpc-js';
import { InvalidValueError, NotSupportedError, UnavailableError } from '../../../common/errors/errors.js';

/** How Feast's service begins the text of an exception. */
const EXCEPTION_PREFIX = /^Exception (?:calling application|iterating responses): /;

interface CallError {
  readonly code: number;
  readonly details: string;
}

/** A failed call, told as what it means for the request: whatever is no answer of gRPC stays as it is. */
export function serviceFailure(viewName: string, endpoint: string, error: unknown): unknown {
  if (!isCallError(error)) return error;
  const place = `the transformation service at ${endpoint}`;
  const said = error.details.replace(EXCEPTION_PREFIX, '');
  switch (error.code) {
    case status.UNKNOWN:
      return new InvalidValueError(`On-demand feature view ${viewName}: ${said}`);
    case status.INVALID_ARGUMENT:
    case status.NOT_FOUND:
    case status.UNIMPLEMENTED:
      return new NotSupportedError(`Feature view '${viewName}' is not known to ${place}: ${said}`);
    case status.DEADLINE_EXCEEDED:
      return new UnavailableError(`On-demand feature view ${viewName}: ${place} had no result in time`);
    default:
      return new UnavailableError(`On-demand feature view ${viewName}: ${place} cannot be used: ${said}`);
  }
}

function isCallError(error: unknown): error is CallError {
  return error instanceof Error && 'code' in error && 'details' in error && typeof error.details === 'string';
}
