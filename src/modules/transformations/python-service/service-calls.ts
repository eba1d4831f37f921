import type { Deadline } from '../../../common/model/deadline.js';
import type { OnDemandFeatureView } from '../../../common/model/feature-view.js';
import type { TransformationInputs, TransformedColumns } from '../transformer.js';
import { decodeArrowRows, encodeArrowRows } from './arrow-rows.codec.js';
import { serviceFailure } from './service-failure.js';
import { serviceInputs, serviceOutputs } from './service-columns.js';
import type { ServiceOptions } from './service-functions.js';
import { TransformationClient } from './transformation-client.js';

/** The transformation service as views use it. */
export class ServiceCalls {
  private readonly client: TransformationClient;

  constructor(private readonly options: ServiceOptions) {
    this.client = new TransformationClient(options.endpoint);
  }

  /** What it says of itself. Errors: as the call fails. */
  info(): Promise<string> {
    return this.client.info(this.options.timeoutMs);
  }

  /** Errors: as `Transformer`. */
  async transform(
    view: OnDemandFeatureView,
    inputs: TransformationInputs,
    deadline: Deadline,
  ): Promise<TransformedColumns> {
    const { project, endpoint, timeoutMs } = this.options;
    const rows = encodeArrowRows(serviceInputs(view, inputs));
    const limitMs = Math.min(timeoutMs, deadline.remainingMs());
    try {
      const answer = await this.client.transform({ project, viewName: view.name, rows, limitMs });
      return serviceOutputs(view, decodeArrowRows(answer), inputs.wanted);
    } catch (error) {
      throw serviceFailure(view.name, endpoint, error);
    }
  }

  close(): void {
    this.client.close();
  }
}
