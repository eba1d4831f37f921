import { InvalidRequestError, NotSupportedError } from '../../../common/errors/errors.js';
import type { DataSource, DataSourceKind } from '../../../common/model/data-source.js';
import { deltaReason, isDelta } from '../delta-source.js';

const WITH_BATCH_SOURCE: ReadonlySet<DataSourceKind> = new Set<DataSourceKind>([
  'PUSH_SOURCE',
  'STREAM_KAFKA',
  'STREAM_KINESIS',
]);

/**
 * The source that holds the rows: of a push or stream source, its batch source.
 *
 * Errors: InvalidRequestError when there is none, NotSupportedError for sources that are no files.
 */
export function sourceHistory(source: DataSource): DataSource & { readonly uri: string } {
  if (WITH_BATCH_SOURCE.has(source.kind)) {
    if (source.batchSource !== undefined) return sourceHistory(source.batchSource);
    throw new InvalidRequestError(
      `the source ${source.name} has no batch source: what was pushed is kept nowhere that could be read`,
    );
  }
  if (source.kind !== 'BATCH_FILE') {
    throw new NotSupportedError(
      `the source ${source.name} is of the kind ${source.kind}: this version reads parquet files only`,
    );
  }
  if (isDelta(source)) throw new NotSupportedError(deltaReason(source));
  const { uri } = source;
  if (uri === undefined || uri === '') throw new InvalidRequestError(`the source ${source.name} has no path`);
  return { ...source, uri };
}
