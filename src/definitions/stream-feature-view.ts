import type { Aggregation } from './aggregation.js';
import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Duration } from './duration.js';
import type { Entities, FeaturesOf, KeysOf } from './entity.js';
import { selecting, type FeatureSelection } from './feature-selection.js';
import type { PushSource } from './push-source.js';
import type { Schema } from './schema.js';
import type { KafkaSource } from './stream-source.js';
import type { StoredViewOptions } from './view-options.js';

export type StreamViewSource = PushSource | KafkaSource;

export interface StreamFeatureViewOptions<
  ViewEntities extends Entities = Entities,
  Fields extends Schema = Schema,
  Source extends StreamViewSource = StreamViewSource,
> extends StoredViewOptions<ViewEntities, Fields> {
  readonly source: Source;
  /** Computed by the job that reads the stream; need a `timestampField`. */
  readonly aggregations?: readonly Aggregation[] | undefined;
  /** The column whose time the aggregations go by. */
  readonly timestampField?: string | undefined;
  /** Keeps partial aggregates per hop; the hop must be shorter than every time window. */
  readonly enableTiling?: boolean | undefined;
  /** Five minutes when left out. */
  readonly tilingHopSize?: Duration | undefined;
}

/** Features that a job of your own computes from a stream and pushes. */
export interface StreamFeatureView<
  Fields extends Schema = Schema,
  Keys extends Schema = Schema,
  Source extends StreamViewSource = StreamViewSource,
>
  extends Definition, FeatureSelection<Fields, Keys> {
  readonly [DEFINITION]: 'stream_feature_view';
  readonly options: StreamFeatureViewOptions<Entities, Schema, Source>;
}

export function streamFeatureView<
  Fields extends Schema,
  Source extends StreamViewSource,
  const ViewEntities extends Entities = readonly [],
>(
  options: StreamFeatureViewOptions<ViewEntities, Fields, Source>,
): StreamFeatureView<FeaturesOf<ViewEntities, Fields>, KeysOf<ViewEntities, Fields>, Source> {
  return define('stream_feature_view', options, selecting());
}
