import type { OnDemandFeatureView } from '../../common/model/feature-view.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import type { Transformer } from './transformer.js';

/** When a view is computed: how long that took is counted apart. */
export type TransformPurpose = 'read' | 'write';

/**
 * What computes the on-demand views of a registry in this process. An abstract class, so that it is its own injection
 * token.
 */
export abstract class Transformations {
  /**
   * Loads what has to be there before anything is served, whatever the registry says. Called once, before all else.
   *
   * Errors: InvalidRequestError when it cannot be loaded.
   */
  abstract begin(): Promise<void>;

  /**
   * Makes ready for a registry, before it is served.
   *
   * Returns: nothing when there is nothing to wait for. What cannot be computed is logged, and fails nothing else.
   */
  abstract prepare(snapshot: RegistrySnapshot): void | Promise<void>;

  /**
   * What computes a view of a registry that was prepared.
   *
   * Errors:  NotSupportedError when nothing here computes it: the text says why.
   */
  abstract transformerOf(view: OnDemandFeatureView, purpose?: TransformPurpose): Transformer;

  /**
   * Files of the repository were loaded before the registry that was prepared last was applied from them: a new process
   * would compute what this one cannot.
   */
  abstract readonly outdated: boolean;

  /** Ends threads and processes. Called once, after the last request. */
  abstract close(): Promise<void>;
}
