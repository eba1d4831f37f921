import { NotSupportedError } from '../../common/errors/errors.js';
import type { Deadline } from '../../common/model/deadline.js';
import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { Frame } from './frame.js';

/** Computes the rows that are stored for an on-demand view. */
export abstract class WriteTransforms {
  /**
   * `frame` has what the view is computed from; the result has a column for each of its features and join keys.
   *
   * Errors: NotSupportedError; InvalidValueError; UnavailableError.
   */
  abstract transform(view: OnDemandFeatureView, frame: Frame, deadline: Deadline): Promise<Frame>;
}

/** Of a server that runs no transformations. */
export class NoWriteTransforms extends WriteTransforms {
  override transform({ name }: OnDemandFeatureView): Promise<Frame> {
    return Promise.reject(
      new NotSupportedError(
        `${name} is computed on demand by code that this server does not run: send its features, with "transform_on_write": false`,
      ),
    );
  }
}
