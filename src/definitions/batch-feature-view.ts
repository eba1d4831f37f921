import { define } from './define.js';
import type { Entities, FeaturesOf, KeysOf } from './entity.js';
import { selecting } from './feature-selection.js';
import type { FeatureView, FeatureViewOptions } from './feature-view.js';
import type { FileSource } from './file-source.js';
import type { Schema } from './schema.js';

/** Where the rows of a batch feature view come from. */
export type BatchSource = FileSource | FeatureView | readonly FeatureView[];

/** As of a feature view, except that its features are served online only when `online: true` says so. */
export interface BatchFeatureViewOptions<
  ViewEntities extends Entities = Entities,
  Fields extends Schema = Schema,
  Source extends BatchSource = BatchSource,
> extends FeatureViewOptions<ViewEntities, Fields, Source> {
  readonly source: Source;
}

export function batchFeatureView<
  Fields extends Schema,
  Source extends BatchSource,
  const ViewEntities extends Entities = readonly [],
>(
  options: BatchFeatureViewOptions<ViewEntities, Fields, Source>,
): FeatureView<FeaturesOf<ViewEntities, Fields>, KeysOf<ViewEntities, Fields>, Source> {
  return define('feature_view', options, { viewType: 'batch', ...selecting() });
}
