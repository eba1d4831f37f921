import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { FeatureGroup } from './feature-selection.js';
import type { Descriptive } from './tags.js';

/** Where served features are logged. Salver registers it; Feast's Go server acts on it. */
export interface LoggingConfig {
  readonly destination: {
    readonly path: string;
    readonly s3EndpointOverride?: string | undefined;
    readonly partitionBy?: readonly string[] | undefined;
  };
  /** From 0 to 1; all requests when left out. */
  readonly sampleRate?: number | undefined;
}

export interface FeatureServiceOptions extends Descriptive {
  readonly name: string;
  /** Whole views, or parts: `stats.select('conv_rate')`, `stats.select('trips').as('fresh')`. */
  readonly features: readonly FeatureGroup[];
  readonly loggingConfig?: LoggingConfig | undefined;
  /** Served from vectors that are computed before. */
  readonly precomputeOnline?: boolean | undefined;
}

/** The features of one model, by name. */
export interface FeatureService extends Definition {
  readonly [DEFINITION]: 'feature_service';
  readonly options: FeatureServiceOptions;
}

export function featureService(options: FeatureServiceOptions): FeatureService {
  return define('feature_service', options);
}
