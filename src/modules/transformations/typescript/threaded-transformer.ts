import type { Deadline } from '../../../common/model/deadline.js';
import type { TransformationInputs, TransformedColumns, Transformer } from '../transformer.js';
import { functionInputs } from './function-inputs.js';
import type { RepoFunction } from './repo-function.js';
import type { TransformPool } from './transform-pool.js';

/** Runs the function of a view in a thread, so that nothing else waits for it. */
export class ThreadedTransformer implements Transformer {
  constructor(
    private readonly fn: RepoFunction,
    private readonly pool: TransformPool,
  ) {}

  transform(inputs: TransformationInputs, deadline: Deadline): Promise<TransformedColumns> {
    return this.pool.run(this.fn.viewName, functionInputs(this.fn, inputs), deadline);
  }
}
