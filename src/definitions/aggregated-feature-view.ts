import { define } from './define.js';
import type { Entities, FeaturesOf } from './entity.js';
import { selecting } from './feature-selection.js';
import type { OnDemandFeatureView, OnDemandSources } from './on-demand-feature-view.js';
import type { Schema } from './schema.js';
import type { ViewOptions, ViewVersion } from './view-options.js';

/** A value made of the rows of a request that have the same entity. */
export interface RowAggregation<Name extends string = string> {
  /** A feature of a source, or a field of a request source. */
  readonly column: string;
  /** As pandas calls it. Nulls are left out. */
  readonly function:
    | 'sum'
    | 'mean'
    | 'avg'
    | 'min'
    | 'max'
    | 'count'
    | 'count_distinct'
    | 'nunique'
    | 'median'
    | 'std'
    | 'var'
    | 'first'
    | 'last';
  /** The feature of the schema that holds the value; `<function>_<column>` when left out. */
  readonly name?: Name | undefined;
}

export interface AggregatedFeatureViewOptions<
  Sources extends OnDemandSources = OnDemandSources,
  Fields extends Schema = Schema,
  ViewEntities extends Entities = Entities,
> extends ViewOptions<ViewEntities> {
  readonly sources: Sources;
  /** A feature for each aggregation. */
  readonly schema: Fields;
  readonly aggregations: readonly RowAggregation<keyof Fields & string>[];
  /** Measures how long it takes. */
  readonly trackMetrics?: boolean | undefined;
  /** The organization that owns it. */
  readonly org?: string | undefined;
  readonly version?: ViewVersion | undefined;
  /** Switched off: cannot be read. */
  readonly disabled?: boolean | undefined;
}

/**
 * Features that are aggregated when they are read: over the rows of the request that have the same `entities`, or over all
 * of them when there are none. Each row gets the values of its group.
 */
export function aggregatedFeatureView<
  const Sources extends OnDemandSources,
  Fields extends Schema,
  const ViewEntities extends Entities = readonly [],
>(
  options: AggregatedFeatureViewOptions<Sources, Fields, ViewEntities>,
): OnDemandFeatureView<FeaturesOf<ViewEntities, Fields>> {
  return define('on_demand_feature_view', options, selecting());
}
