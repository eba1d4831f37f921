import type { DataSource } from './data-source.js';
import type { ValueTypeNumber } from './value.js';

/** A named, typed column: a feature, or a join key of a view. */
export interface Field {
  readonly name: string;
  readonly valueType: ValueTypeNumber;
  readonly description: string;
  readonly tags: ReadonlyMap<string, string>;
  readonly vectorIndex: boolean;
  readonly vectorSearchMetric: string;
  /** Numbers in a vector, 0 when it is not one. */
  readonly vectorLength: number;
}

export type FeatureViewState =
  'STATE_UNSPECIFIED' | 'CREATED' | 'GENERATED' | 'MATERIALIZING' | 'AVAILABLE_ONLINE';

/** What all four kinds of views have. */
export interface ViewBase {
  readonly name: string;
  readonly features: readonly Field[];
  /** Names of entities, `__dummy` for a view without any. */
  readonly entities: readonly string[];
  /** The join keys with their types, under their registered names. */
  readonly entityColumns: readonly Field[];
  readonly description: string;
  readonly owner: string;
  readonly tags: ReadonlyMap<string, string>;
  /** Switched off: cannot be read. */
  readonly disabled: boolean;
  readonly state: FeatureViewState;
  /** 0 is the base version. */
  readonly currentVersionNumber: number;
  /** `latest`, or a pin such as `v2`; empty in old registries. */
  readonly version: string;
}

export interface MaterializationInterval {
  readonly startMicros: number;
  readonly endMicros: number;
}

/** A feature view, or a stream view, which reads like one. */
export interface FeatureView extends ViewBase {
  readonly kind: 'feature_view' | 'stream_feature_view';
  /** How long a value counts after its event; 0 is for ever. */
  readonly ttlMs: number;
  readonly online: boolean;
  readonly offline: boolean;
  /** When it was first applied, microseconds since the epoch, 0 when the registry does not say. */
  readonly createdMicros: number;
  readonly batchSource: DataSource | undefined;
  readonly streamSource: DataSource | undefined;
  readonly materializationIntervals: readonly MaterializationInterval[];
  /** Its rows are not those of its source: code, aggregations or other views make them. */
  readonly transformed: boolean;
}

export interface LabelView extends ViewBase {
  readonly kind: 'label_view';
  readonly ttlMs: number;
  readonly online: boolean;
  readonly source: DataSource | undefined;
  readonly labelerField: string;
  readonly conflictPolicy: 'LAST_WRITE_WINS' | 'LABELER_PRIORITY' | 'MAJORITY_VOTE';
  readonly referenceFeatureView: string;
}

/** What an on-demand view is computed from. */
export type OnDemandSource =
  | { readonly kind: 'projection'; readonly name: string; readonly projection: FeatureViewProjection }
  | { readonly kind: 'request'; readonly name: string; readonly source: DataSource };

export interface OnDemandFeatureView extends ViewBase {
  readonly kind: 'on_demand_feature_view';
  readonly sources: readonly OnDemandSource[];
  /** `pandas`, `python` or `substrait` in Feast's registries. */
  readonly mode: string;
  readonly writeToOnlineStore: boolean;
  readonly singleton: boolean;
  /** What it is computed by in place of a function. */
  readonly aggregations: readonly ViewAggregation[];
  /** Its function in TypeScript, as Salver registered it; empty for a function of anybody else. */
  readonly typescriptText: string;
}

/** A value made of the rows of one request. */
export interface ViewAggregation {
  /** A feature of a source, or a field of the request. */
  readonly column: string;
  /** `sum`, `mean`, `min`, `max`, `count`, … */
  readonly function: string;
  /** Of the feature that holds the value. */
  readonly name: string;
  /** 0 when the rows of the request count, whatever their time. */
  readonly timeWindowMs: number;
}

export type AnyFeatureView = FeatureView | LabelView | OnDemandFeatureView;

/** A view as a feature service, or an on-demand view, uses it. */
export interface FeatureViewProjection {
  readonly viewName: string;
  /** Empty when the view goes by its own name. */
  readonly alias: string;
  readonly features: readonly Field[];
  /** Join key → the name that a request uses instead. */
  readonly joinKeyMap: ReadonlyMap<string, string>;
  /** Undefined unless a version is asked for. */
  readonly versionTag: number | undefined;
}
