import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Entities, FeaturesOf } from './entity.js';
import { selecting, type FeatureSelection, type FeatureSubset } from './feature-selection.js';
import type { RequestSource } from './request-source.js';
import type { TransformContext } from './transform-context.js';
import type { KeyColumns, KeyRow, ReadColumns, ReadRow, Schema, WriteColumns, WriteRow } from './schema.js';
import type { ViewOptions, ViewVersion } from './view-options.js';

/** What an on-demand view is computed from: views, parts of views, values of the request. */
export type OnDemandSource = FeatureSelection | RequestSource;
export type OnDemandSources = Readonly<Record<string, OnDemandSource>>;

/** `row`: one row in, one row out. `columns`: lists of values in, lists of as many values out. */
export type TransformMode = 'row' | 'columns';

type InputOf<Source, Mode extends TransformMode> =
  Source extends RequestSource<infer Fields>
    ? FeatureInputs<Fields, Mode>
    : Source extends FeatureSelection<infer Fields, infer Keys>
      ? FeatureInputs<Fields, Mode> & KeyInputs<Keys, Mode>
      : never;

type FeatureInputs<Fields extends Schema, Mode extends TransformMode> = Mode extends 'row'
  ? ReadRow<Fields>
  : ReadColumns<Fields>;

type KeyInputs<Keys extends Schema, Mode extends TransformMode> = Mode extends 'row'
  ? KeyRow<Keys>
  : KeyColumns<Keys>;

/** What `transform` gets: the values of each source, under the name that `sources` gives it. */
export type TransformInputs<Sources extends OnDemandSources, Mode extends TransformMode> = {
  readonly [Name in keyof Sources]: InputOf<Sources[Name], Mode>;
};

/** What `transform` returns: a value, or a list of values, of every field of the schema. */
export type TransformOutputs<Fields extends Schema, Mode extends TransformMode> = Mode extends 'row'
  ? WriteRow<Fields>
  : WriteColumns<Fields>;

export interface OnDemandFeatureViewOptions<
  Sources extends OnDemandSources = OnDemandSources,
  Fields extends Schema = Schema,
  Mode extends TransformMode = TransformMode,
  ViewEntities extends Entities = Entities,
> extends ViewOptions<ViewEntities> {
  /** The names are those under which `transform` finds their values. */
  readonly sources: Sources;
  /** The features that `transform` returns. */
  readonly schema: Fields;
  /** `row`: `transform` gets one row and returns one. `columns`: it gets lists and returns lists of the same length. */
  readonly mode: Mode;
  /**
   * Features of the sources may be null, for an entity that the store does not know. What it throws fails the requests
   * that ask for this view, with its text. It may wait, for no longer than `transform_timeout_ms` of salver.yaml.
   */
  readonly transform: (
    inputs: TransformInputs<Sources, Mode>,
    context: TransformContext,
  ) =>
    | TransformOutputs<FeaturesOf<ViewEntities, Fields>, Mode>
    | Promise<TransformOutputs<FeaturesOf<ViewEntities, Fields>, Mode>>;
  /**
   * It takes long: runs in a thread of its own beside the others, and is ended at `transform_timeout_ms`. Without this it
   * runs where requests are answered, and holds them up.
   */
  readonly heavy?: boolean | undefined;
  /** Computed when it is written, and then read like a feature view. Needs `entities`. */
  readonly writeToOnlineStore?: boolean | undefined;
  /** Measures how long the transformation takes. */
  readonly trackMetrics?: boolean | undefined;
  /** The organization that owns it. */
  readonly org?: string | undefined;
  readonly version?: ViewVersion | undefined;
  /** Switched off: cannot be read. */
  readonly disabled?: boolean | undefined;
}

/** Features that are computed when they are read. */
export interface OnDemandFeatureView<Fields extends Schema = Schema>
  extends Definition, FeatureSubset<Fields> {
  readonly [DEFINITION]: 'on_demand_feature_view';
  readonly options: OnDemandFeatureViewOptions<NoSources, Schema>;
}

type NoSources = Readonly<Record<never, OnDemandSource>>;

export function onDemandFeatureView<
  const Sources extends OnDemandSources,
  Fields extends Schema,
  const Mode extends TransformMode,
  const ViewEntities extends Entities = readonly [],
>(
  options: OnDemandFeatureViewOptions<Sources, Fields, Mode, ViewEntities>,
): OnDemandFeatureView<FeaturesOf<ViewEntities, Fields>> {
  return define('on_demand_feature_view', options, selecting());
}
