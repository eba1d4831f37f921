import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { FileSource } from './file-source.js';
import type { Descriptive } from './tags.js';

export interface PushSourceOptions<Batch extends FileSource = FileSource> extends Descriptive {
  readonly name: string;
  /** Where the history of what is pushed is kept. */
  readonly batchSource: Batch;
}

/** Rows that are sent to `POST /push`. */
export interface PushSource<Batch extends FileSource = FileSource> extends Definition {
  readonly [DEFINITION]: 'data_source';
  readonly sourceType: 'push';
  readonly options: PushSourceOptions<Batch>;
}

export function pushSource<Batch extends FileSource>(options: PushSourceOptions<Batch>): PushSource<Batch> {
  return define('data_source', options, { sourceType: 'push' });
}
