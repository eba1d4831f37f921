import { NotSupportedError } from '../../src/common/errors/errors.js';
import type { OnDemandFeatureView } from '../../src/common/model/feature-view.js';
import { Transformations } from '../../src/modules/transformations/transformations.js';

/** Computes nothing: for what only reads. */
export class NoTransformations extends Transformations {
  readonly outdated = false;

  async begin(): Promise<void> {
    // There is nothing to load.
  }

  prepare(): void {
    // There is nothing to load.
  }

  transformerOf(view: OnDemandFeatureView): never {
    throw new NotSupportedError(`nothing computes ${view.name}`);
  }

  async close(): Promise<void> {
    // There is nothing to end.
  }
}
