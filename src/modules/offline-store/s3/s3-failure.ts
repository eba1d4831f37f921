import { FeatureServerError, InvalidRequestError, UnavailableError } from '../../../common/errors/errors.js';

/** What the SDK throws; all of it may be absent. */
interface SdkFailure {
  readonly name?: string;
  readonly code?: string;
  readonly message?: string;
  readonly $metadata?: { readonly httpStatusCode?: number };
}

const NO_CREDENTIALS =
  'no credentials were found: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE, or give the machine a role';
/** Time-out of the server, conflict, too many requests. */
const MAY_SUCCEED_LATER: ReadonlySet<number> = new Set([408, 409, 429]);
const WRONG_CREDENTIALS: ReadonlySet<string> = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'TokenRefreshRequired',
]);
const WRONG_REGION: ReadonlySet<string> = new Set([
  'PermanentRedirect',
  'AuthorizationHeaderMalformed',
  'IllegalLocationConstraintException',
]);
const MOST_MESSAGE = 300;

/** A failure of a request to S3 in words of ours. `label` is what was to be read or written: `s3://bucket/key`. */
export function s3Failure(error: unknown, label: string, bucket: string): FeatureServerError {
  if (error instanceof FeatureServerError) return error;
  const failure = error as SdkFailure;
  const refusal = refusalOf(failure, bucket);
  if (refusal !== undefined) return new InvalidRequestError(`${label}: ${refusal}`, { cause: error });
  const { name = '', code = '' } = failure;
  const isLate = name === 'TimeoutError' || name === 'AbortError';
  const reason = isLate ? 'it did not answer in time' : textOf(failure);
  return new UnavailableError(`${label}: S3 cannot be reached (${code || name}): ${reason}`, {
    cause: error,
  });
}

/** What will be so at the next try, too; undefined when it may be otherwise. */
function refusalOf(failure: SdkFailure, bucket: string): string | undefined {
  const { name = '' } = failure;
  const status = failure.$metadata?.httpStatusCode ?? 0;
  if (name === 'NoSuchBucket') return `there is no bucket ${bucket}`;
  if (name === 'CredentialsProviderError') return NO_CREDENTIALS;
  if (WRONG_CREDENTIALS.has(name)) return `the credentials are refused (${name}): correct them`;
  if (WRONG_REGION.has(name) || status === 301) {
    return `the bucket is in another region (${name}): set AWS_REGION to it`;
  }
  return byStatus(failure, status);
}

function byStatus(failure: SdkFailure, status: number): string | undefined {
  if (status === 403) {
    return 'access is denied: the credentials have no right to it, or there is no such bucket';
  }
  if (status === 404) return 'there is no such bucket or object';
  const isRefusal = status >= 400 && status < 500 && !MAY_SUCCEED_LATER.has(status);
  return isRefusal ? `the request was refused (${failure.name}): ${textOf(failure)}` : undefined;
}

/** Whether a conditional request was refused because of its condition. */
export function isConditionFailure(error: unknown): boolean {
  const { name, $metadata } = error as SdkFailure;
  return name === 'PreconditionFailed' || $metadata?.httpStatusCode === 412;
}

/** Two conditional writes met: S3 asks for the same once more. */
export function isConflict(error: unknown): boolean {
  const { name, $metadata } = error as SdkFailure;
  return name === 'ConditionalRequestConflict' || $metadata?.httpStatusCode === 409;
}

export function isMissingObject(error: unknown): boolean {
  const { name, $metadata } = error as SdkFailure;
  return name !== 'NoSuchBucket' && $metadata?.httpStatusCode === 404;
}

function textOf({ message = '' }: SdkFailure): string {
  return message.split('\n')[0]!.slice(0, MOST_MESSAGE);
}
