import type { Deadline } from '../../common/model/deadline.js';
import type { TransformationInputs, TransformedColumns, Transformer } from './transformer.js';

/** Tells how long each transformation took, whatever came of it. */
export class MeasuredTransformer implements Transformer {
  constructor(
    private readonly transformer: Transformer,
    private readonly observe: (seconds: number) => void,
  ) {}

  transform(
    inputs: TransformationInputs,
    deadline: Deadline,
  ): TransformedColumns | Promise<TransformedColumns> {
    const startedMs = performance.now();
    const ended = (): void => this.observe((performance.now() - startedMs) / 1000);
    let result: TransformedColumns | Promise<TransformedColumns> | undefined;
    try {
      result = this.transformer.transform(inputs, deadline);
    } finally {
      if (!(result instanceof Promise)) ended();
    }
    return result instanceof Promise ? result.finally(ended) : result;
  }
}
