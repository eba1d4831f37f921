import {
  ConflictError,
  CorruptDataError,
  type ErrorDetails,
  type FeatureServerError,
  InvalidValueError,
  NotFoundError,
  NotSupportedError,
  type RequestIssue,
  UnavailableError,
} from '../../common/errors/errors.js';
import type { FailureCode, ViewResult } from './materialization-job.js';
import type { JobRecord } from './materialization-jobs.js';

type ErrorClass = new (message: string, details?: ErrorDetails) => FeatureServerError;

/**
 * The worst first. What the repo names and cannot be read, or does not fit, is a value that cannot be used (422): the
 * request itself made sense.
 */
const ERRORS: readonly (readonly [codes: readonly FailureCode[], error: ErrorClass])[] = [
  [['BUG', 'CORRUPT_DATA'], CorruptDataError],
  [['UNAVAILABLE'], UnavailableError],
  [['NOT_SUPPORTED'], NotSupportedError],
  [['INVALID_REQUEST', 'INVALID_VALUE', 'PAYLOAD_TOO_LARGE'], InvalidValueError],
  [['CONFLICT'], ConflictError],
  [['NOT_FOUND', 'UNAUTHENTICATED', 'PERMISSION_DENIED'], NotFoundError],
];

/**
 * What a job is for whoever waited for it: undefined when every view is as it was asked for, else an error by the worst
 * of what happened, with an issue for each view that is not.
 */
export function failureOfJob({ id, results, cancelledFor }: JobRecord): FeatureServerError | undefined {
  const failed = results.filter(({ status }) => status !== 'loaded' && status !== 'skipped');
  if (failed.length === 0) return undefined;
  const codes = new Set(failed.map((result) => codeOf(result, cancelledFor)));
  const ErrorOfJob = ERRORS.find(([worst]) => worst.some((code) => codes.has(code)))?.[1] ?? CorruptDataError;
  const others = results.length - failed.length;
  const message =
    failed.map(({ viewName, reason }) => `${viewName}: ${reason}`).join('; ') +
    ` (job ${id}; of the other views ${others} are loaded)`;
  return new ErrorOfJob(message, { issues: failed.map(issueOf) });
}

/** Whoever cancelled the job is in conflict with whoever waits for it; a server that stops will be there again. */
function codeOf({ failure }: ViewResult, cancelledFor: JobRecord['cancelledFor']): FailureCode {
  return failure ?? (cancelledFor === 'request' ? 'CONFLICT' : 'UNAVAILABLE');
}

function issueOf({ viewName, status, reason }: ViewResult): RequestIssue {
  return { type: `view_${status}`, loc: ['feature_views', viewName], msg: reason ?? status };
}
