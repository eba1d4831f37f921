import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Duration } from './duration.js';
import type { Entities, FeaturesOf, KeysOf } from './entity.js';
import { selecting, type FeatureSubset, type KEYS } from './feature-selection.js';
import type { FeatureView } from './feature-view.js';
import type { FileSource } from './file-source.js';
import type { PushSource } from './push-source.js';
import type { Schema } from './schema.js';
import type { StreamFeatureView } from './stream-feature-view.js';
import type { ViewOptions } from './view-options.js';

/** What counts when labelers disagree. */
export type ConflictPolicy = 'last_write_wins' | 'labeler_priority' | 'majority_vote';

export type LabelSource = FileSource | PushSource;

export interface LabelViewOptions<
  ViewEntities extends Entities = Entities,
  Fields extends Schema = Schema,
  Source extends LabelSource | undefined = LabelSource | undefined,
> extends ViewOptions<ViewEntities> {
  readonly entities: ViewEntities;
  readonly schema: Fields;
  readonly source?: Source | undefined;
  /** How long a label counts after its event; for ever when left out. */
  readonly ttl?: Duration | undefined;
  /** Whether the labels are served online. */
  readonly online?: boolean | undefined;
  /** The field that says who labeled; `labeler` when left out. */
  readonly labelerField?: string | undefined;
  readonly conflictPolicy?: ConflictPolicy | undefined;
  /** The view whose rows are labeled. */
  readonly referenceFeatureView?: FeatureView | StreamFeatureView | undefined;
}

/** What people say about entities. */
export interface LabelView<
  Fields extends Schema = Schema,
  Keys extends Schema = Schema,
  Source extends LabelSource | undefined = LabelSource | undefined,
>
  extends Definition, FeatureSubset<Fields> {
  readonly [DEFINITION]: 'label_view';
  readonly [KEYS]?: Keys | undefined;
  readonly options: LabelViewOptions<Entities, Schema, Source>;
}

export function labelView<
  Fields extends Schema,
  const ViewEntities extends Entities,
  Source extends LabelSource | undefined = undefined,
>(
  options: LabelViewOptions<ViewEntities, Fields, Source>,
): LabelView<FeaturesOf<ViewEntities, Fields>, KeysOf<ViewEntities, Fields>, Source> {
  return define('label_view', options, selecting());
}
