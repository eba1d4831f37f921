import { create, type DescMessage, fromBinary, type MessageShape, toBinary } from '@bufbuild/protobuf';
import { Client, credentials, type ServiceError } from '@grpc/grpc-js';
import {
  GetTransformationServiceInfoRequestSchema,
  GetTransformationServiceInfoResponseSchema,
  TransformationService,
  TransformFeaturesRequestSchema,
  TransformFeaturesResponseSchema,
} from '../../../generated/feast/serving/TransformationService_pb.js';

const MAX_MESSAGE_BYTES = 1 << 29;
/** A service that is back is found again within this. */
const LONGEST_PAUSE_MS = 5000;
const FIRST_PAUSE_MS = 200;

export interface TransformCall {
  readonly project: string;
  readonly viewName: string;
  /** A file of Arrow IPC. */
  readonly rows: Uint8Array;
  readonly limitMs: number;
}

/** Feast's transformation service, over one connection that is made again when it is lost. */
export class TransformationClient {
  private readonly client: Client;

  /** Shape: `host:port`; plain text, as Feast's service speaks. */
  constructor(readonly endpoint: string) {
    this.client = new Client(endpoint, credentials.createInsecure(), {
      'grpc.max_receive_message_length': MAX_MESSAGE_BYTES,
      'grpc.max_send_message_length': MAX_MESSAGE_BYTES,
      'grpc.initial_reconnect_backoff_ms': FIRST_PAUSE_MS,
      'grpc.max_reconnect_backoff_ms': LONGEST_PAUSE_MS,
    });
  }

  /** What the service says of itself. Errors: ServiceError of gRPC. */
  async info(limitMs: number): Promise<string> {
    const { transformationServiceTypeDetails } = await this.call(
      {
        method: TransformationService.method.getTransformationServiceInfo.name,
        request: toBinary(
          GetTransformationServiceInfoRequestSchema,
          create(GetTransformationServiceInfoRequestSchema),
        ),
        limitMs,
      },
      GetTransformationServiceInfoResponseSchema,
    );
    return transformationServiceTypeDetails;
  }

  /** A file of Arrow IPC with what was computed. Errors: ServiceError of gRPC. */
  async transform({ project, viewName, rows, limitMs }: TransformCall): Promise<Uint8Array> {
    const message = create(TransformFeaturesRequestSchema, {
      onDemandFeatureViewName: viewName,
      project,
      transformationInput: { value: { case: 'arrowValue', value: rows } },
    });
    const { transformationOutput } = await this.call(
      {
        method: TransformationService.method.transformFeatures.name,
        request: toBinary(TransformFeaturesRequestSchema, message),
        limitMs,
      },
      TransformFeaturesResponseSchema,
    );
    return transformationOutput?.value.value ?? new Uint8Array();
  }

  close(): void {
    this.client.close();
  }

  private call<Desc extends DescMessage>(
    {
      method,
      request,
      limitMs,
    }: { readonly method: string; readonly request: Uint8Array; readonly limitMs: number },
    answer: Desc,
  ): Promise<MessageShape<Desc>> {
    const { promise, resolve, reject } = Promise.withResolvers<MessageShape<Desc>>();
    this.client.makeUnaryRequest(
      `/${TransformationService.typeName}/${method}`,
      (bytes: Uint8Array) => Buffer.from(bytes),
      (bytes: Buffer) => fromBinary(answer, bytes),
      request,
      { deadline: Date.now() + limitMs },
      (error: ServiceError | null, message?: MessageShape<Desc>) => {
        if (error) reject(error);
        else resolve(message as MessageShape<Desc>);
      },
    );
    return promise;
  }
}
