import type { Deadline } from '../../common/model/deadline.js';
import type { EntityColumn } from '../../common/model/entity-column.js';
import type { JsonArray } from '../../common/model/json-value.js';
import type { FeatureValue } from '../../common/model/value.js';

/** A column of a transformation: `[i]` belongs to row `i`. */
export type FeatureColumn = readonly FeatureValue[];

/** What one source view gives to a transformation. */
export interface SourceColumns {
  /** The registered name of the source, as the registry's on-demand view lists it. */
  readonly name: string;
  /** Feature → values; null for what is null, absent, or not served any more. */
  readonly features: ReadonlyMap<string, FeatureColumn>;
  /** Join key, under its registered name → values. */
  readonly joinKeys: ReadonlyMap<string, EntityColumn>;
}

/** The rows that a transformation computes from. */
export interface TransformationInputs {
  readonly rows: number;
  /** The features that are asked for; undefined: all. What else a function of Feast's returns is not looked at. */
  readonly wanted?: readonly string[];
  readonly sources: readonly SourceColumns[];
  /** Values of the request, of all request sources of the view, as they were sent: nobody has declared them to be anything. */
  readonly requestData: ReadonlyMap<string, JsonArray>;
  /** The join keys of the request, under the names that it uses. */
  readonly joinKeys: ReadonlyMap<string, EntityColumn>;
  /** Where they come from: `entities` of a read; `df` of a write, which need not bring all of them; sources, which have no values of requests. */
  readonly place: 'entities' | 'df' | 'sources';
  /**
   * The instants of rows that were read from sources, in microseconds: Feast's functions get them as `event_timestamp`, and
   * a field of a request source may be called like that.
   */
  readonly eventTimesMicros?: readonly number[];
  /** All columns of `df` as they were sent; undefined where nobody sent one. Feast's functions get them like that. */
  readonly written?: ReadonlyMap<string, JsonArray>;
}

/**
 * Feature → computed values, typed as the view declares them. A feature that is not there is left out of the answer, and
 * a column may be shorter than the rows: Feast's functions may do that, ours are checked. Of a write there may be join keys
 * among them: then these are the rows, and not those that were sent.
 */
export type TransformedColumns = ReadonlyMap<string, EntityColumn>;

/** Computes one on-demand view. */
export interface Transformer {
  /**
   * Shape:   all rows at once; a promise only where something has to be waited for.
   * Errors:  InvalidValueError for what the function threw or returned (the text says which view, column and row),
   *          UnavailableError when it took too long or cannot be computed at the moment.
   */
  transform(
    inputs: TransformationInputs,
    deadline: Deadline,
  ): TransformedColumns | Promise<TransformedColumns>;
}
