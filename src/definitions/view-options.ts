import type { Duration } from './duration.js';
import type { Entities } from './entity.js';
import type { Schema } from './schema.js';
import type { Descriptive } from './tags.js';

/** Which version of a view counts: the latest, or a pinned one. */
export type ViewVersion = 'latest' | `v${number}` | `version${number}`;

/** Who computes the rows of a view before they are stored. Salver stores no view that Python must compute. */
export type TransformationMode =
  'python' | 'pandas' | 'spark_sql' | 'spark' | 'flink' | 'ray' | 'sql' | 'substrait';

/** What every kind of view may say. */
export interface ViewOptions<ViewEntities extends Entities = Entities> extends Descriptive {
  readonly name: string;
  /** What the features are about; left out for features of the whole world. */
  readonly entities?: ViewEntities | undefined;
}

/** What views whose rows are stored may say. */
export interface StoredViewOptions<
  ViewEntities extends Entities = Entities,
  Fields extends Schema = Schema,
> extends ViewOptions<ViewEntities> {
  /** The features and their types. Join keys may be among them, to say more about them. */
  readonly schema: Fields;
  /** How long a value counts after its event; for ever when left out. */
  readonly ttl?: Duration | undefined;
  /** Whether the features are served online. */
  readonly online?: boolean | undefined;
  /** The organization that owns it. */
  readonly org?: string | undefined;
  readonly version?: ViewVersion | undefined;
  /** Switched off: cannot be read. */
  readonly disabled?: boolean | undefined;
  /** Checks the types of rows when they are materialized. */
  readonly enableValidation?: boolean | undefined;
  readonly mode?: TransformationMode | undefined;
}
