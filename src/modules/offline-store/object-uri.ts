import { InvalidRequestError } from '../../common/errors/errors.js';

/** Where objects are: one key, all keys of a directory, or those that a pattern names. */
export interface ObjectUri {
  readonly bucket: string;
  /** Without a slash at its end. Empty: the whole bucket. */
  readonly key: string;
  /** It ended with a slash: there is no object of this key. */
  readonly isDirectory: boolean;
  readonly isPattern: boolean;
}

const SCHEME = /^s3:\/\//i;

export function isObjectUri(uri: string): boolean {
  return SCHEME.test(uri);
}

/**
 * Shape:  `s3://bucket/key`; keys are taken as they stand, without escapes, as Feast takes them.
 * Errors: InvalidRequestError.
 */
export function parseObjectUri(uri: string): ObjectUri {
  const rest = uri.replace(SCHEME, '');
  const slash = rest.indexOf('/');
  const bucket = slash < 0 ? rest : rest.slice(0, slash);
  const path = slash < 0 ? '' : rest.slice(slash + 1);
  if (bucket === '' || bucket.includes('*')) {
    throw new InvalidRequestError(`${uri}: it names no bucket: write s3://bucket/key`);
  }
  const isDirectory = path === '' || path.endsWith('/');
  const key = path.replace(/\/+$/, '');
  return { bucket, key, isDirectory, isPattern: key.includes('*') };
}
