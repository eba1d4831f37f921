/** The switches of `feature_server.metrics`; `always`: on when metrics are. */
export type MetricCategory =
  | 'resource'
  | 'request'
  | 'online_features'
  | 'push'
  | 'materialization'
  | 'freshness'
  | 'offline_features'
  | 'always';

interface DefinitionBase {
  readonly name: string;
  readonly help: string;
  readonly labels: readonly string[];
  readonly category: MetricCategory;
}

/** Counted in any process; the primary process adds up, so that it never goes down. */
export interface CounterDefinition extends DefinitionBase {
  readonly kind: 'counter';
}

export interface HistogramDefinition extends DefinitionBase {
  readonly kind: 'histogram';
  /** Upper bounds, ascending, without the infinite one. */
  readonly buckets: readonly number[];
}

/** What the processes that live are like now. Those of the same labels are added; most have a `pid`. */
export interface GaugeDefinition extends DefinitionBase {
  readonly kind: 'gauge';
}

/** The samples of another metric under a second name. */
export interface AliasDefinition extends DefinitionBase {
  readonly kind: 'alias';
  readonly of: string;
}

export type MetricDefinition = CounterDefinition | HistogramDefinition | GaugeDefinition | AliasDefinition;
