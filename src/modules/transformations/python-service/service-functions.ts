import type { OnDemandFeatureView } from '../../../common/model/feature-view.js';
import type { RemoteFunctions } from '../remote-functions.js';
import type { TransformPurpose } from '../transformations.js';
import type { Transformer } from '../transformer.js';
import type { ServiceCalls } from './service-calls.js';

/** Feast's service computes no others. */
const MODE = 'pandas';

export interface ServiceOptions {
  readonly endpoint: string;
  readonly project: string;
  readonly timeoutMs: number;
  /** Something else computes what is written, and sees all columns of a write. */
  readonly readsOnly: boolean;
  readonly log: { readonly info: (text: string) => void; readonly warn: (text: string) => void };
}

/** Feast's functions of the mode pandas, computed by the transformation service that `feature_store.yaml` names. */
export class ServiceFunctions implements RemoteFunctions {
  private calls: Promise<ServiceCalls> | undefined;
  private isReached = false;

  constructor(private readonly options: ServiceOptions) {}

  takes({ feastDefinition, mode }: OnDemandFeatureView, purpose: TransformPurpose): boolean {
    return feastDefinition !== undefined && mode === MODE && (purpose === 'read' || !this.options.readsOnly);
  }

  begin(): Promise<void> {
    return Promise.resolve();
  }

  /** It has a registry of its own, so that there is nothing to hand over. */
  async prepare(views: readonly OnDemandFeatureView[]): Promise<void> {
    if (this.isReached || !views.some((view) => this.takes(view, 'read'))) return;
    const { endpoint, log } = this.options;
    try {
      log.info(`transformation service at ${endpoint}: ${await (await this.connected()).info()}`);
      this.isReached = true;
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      log.warn(
        `the transformation service at ${endpoint} (feature_server.transformation_service_endpoint) does not answer: ${reason}. Requests for views of the mode pandas are answered with 503 until it does`,
      );
    }
  }

  transformerOf(view: OnDemandFeatureView): Transformer {
    return {
      transform: async (inputs, deadline) => (await this.connected()).transform(view, inputs, deadline),
    };
  }

  async close(): Promise<void> {
    if (this.calls) (await this.calls).close();
  }

  /** What speaks gRPC and Arrow is loaded where it is needed alone: it takes a moment. */
  private connected(): Promise<ServiceCalls> {
    this.calls ??= import('./service-calls.js').then((module) => new module.ServiceCalls(this.options));
    return this.calls;
  }
}
