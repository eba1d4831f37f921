import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Entities, FeaturesOf, KeysOf } from './entity.js';
import { selecting, type FeatureSelection } from './feature-selection.js';
import type { FileSource } from './file-source.js';
import type { PushSource } from './push-source.js';
import type { Schema } from './schema.js';
import type { KafkaSource, KinesisSource } from './stream-source.js';
import type { StoredViewOptions } from './view-options.js';

/** Where the rows of a feature view come from; views it is derived from come with a `sinkSource`. */
export type FeatureViewSource =
  FileSource | PushSource | KafkaSource | KinesisSource | FeatureView | readonly FeatureView[];

export interface FeatureViewOptions<
  ViewEntities extends Entities = Entities,
  Fields extends Schema = Schema,
  Source extends FeatureViewSource | undefined = FeatureViewSource | undefined,
> extends StoredViewOptions<ViewEntities, Fields> {
  readonly source?: Source | undefined;
  /** Of a view that is derived from others: where its rows are kept. */
  readonly sinkSource?: FileSource | undefined;
  /** Whether pushed rows are also written to the history. */
  readonly offline?: boolean | undefined;
}

/** Features with their history and their latest values. */
export interface FeatureView<
  Fields extends Schema = Schema,
  Keys extends Schema = Schema,
  Source extends FeatureViewSource | undefined = FeatureViewSource | undefined,
>
  extends Definition, FeatureSelection<Fields, Keys> {
  readonly [DEFINITION]: 'feature_view';
  readonly viewType: 'feature' | 'batch';
  readonly options: FeatureViewOptions<Entities, Schema, Source>;
}

export function featureView<
  Fields extends Schema,
  const ViewEntities extends Entities = readonly [],
  Source extends FeatureViewSource | undefined = undefined,
>(
  options: FeatureViewOptions<ViewEntities, Fields, Source>,
): FeatureView<FeaturesOf<ViewEntities, Fields>, KeysOf<ViewEntities, Fields>, Source> {
  return define('feature_view', options, { viewType: 'feature', ...selecting() });
}
