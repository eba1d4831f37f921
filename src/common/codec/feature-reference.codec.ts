import { InvalidRequestError } from '../errors/errors.js';
import { parsePythonInteger } from './python-number.js';

/** What a request names: a feature of a view, perhaps of one version of it. */
export interface FeatureReference {
  /** As written, without the version. */
  readonly viewName: string;
  /** Undefined: the version that is current. */
  readonly version: number | bigint | undefined;
  readonly feature: string;
  /** The reference as it was written. */
  readonly text: string;
}

/** Digits of every script, as in Python. */
const VERSION_TAG = /^[vV]\p{Nd}+$/u;

/**
 * Reads `view:feature`, `view@v2:feature` or `view@latest:feature`.
 *
 * Shape:   everything before the first `:` is the view; what follows its first `@` is a version only when it is
 *          empty, `latest` or `v` and digits, else it belongs to the name.
 * Errors:  InvalidRequestError without a `:`.
 */
export function parseFeatureReference(text: string): FeatureReference {
  const colon = text.indexOf(':');
  if (colon < 0) {
    throw new InvalidRequestError(
      `Invalid feature reference '${text}'. Expected format: '<feature_view>:<feature>' or '<feature_view>@<version>:<feature>'`,
    );
  }
  const view = text.slice(0, colon);
  const feature = text.slice(colon + 1);
  const at = view.indexOf('@');
  if (at >= 0) {
    const name = view.slice(0, at);
    const tag = view.slice(at + 1);
    if (tag === '' || tag.toLowerCase() === 'latest')
      return { viewName: name, version: undefined, feature, text };
    if (VERSION_TAG.test(tag))
      return { viewName: name, version: parsePythonInteger(tag.slice(1)), feature, text };
  }
  return { viewName: view, version: undefined, feature, text };
}

/** The name under which the features of a view are grouped: a version makes it another view. */
export function viewKey(name: string, version: number | bigint | undefined): string {
  return version === undefined ? name : `${name}@v${version}`;
}
