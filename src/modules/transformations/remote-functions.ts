import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { TransformPurpose } from './transformations.js';
import type { Transformer } from './transformer.js';

/** What computes Feast's own functions, outside of this process. */
export interface RemoteFunctions {
  takes(view: OnDemandFeatureView, purpose: TransformPurpose): boolean;

  /** Loads what has to be there before anything is served. Errors: InvalidRequestError when it cannot be loaded. */
  begin(): Promise<void>;

  /** Makes ready for the views of a registry that it takes; never fails, and takes a limited time. */
  prepare(views: readonly OnDemandFeatureView[]): Promise<void>;

  /** Errors: NotSupportedError for a view that it cannot compute: the text says why. */
  transformerOf(view: OnDemandFeatureView, purpose: TransformPurpose): Transformer;

  close(): Promise<void>;
}
