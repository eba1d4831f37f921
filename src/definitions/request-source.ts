import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Schema } from './schema.js';
import type { Descriptive } from './tags.js';

export interface RequestSourceOptions<Fields extends Schema = Schema> extends Descriptive {
  readonly name: string;
  /** What every request must bring. */
  readonly schema: Fields;
}

/** Values that come with a request for features. */
export interface RequestSource<Fields extends Schema = Schema> extends Definition {
  readonly [DEFINITION]: 'data_source';
  readonly sourceType: 'request';
  readonly options: RequestSourceOptions<Fields>;
}

export function requestSource<Fields extends Schema>(
  options: RequestSourceOptions<Fields>,
): RequestSource<Fields> {
  return define('data_source', options, { sourceType: 'request' });
}
