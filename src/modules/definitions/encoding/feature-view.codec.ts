import { create } from '@bufbuild/protobuf';
import {
  FeatureViewSchema,
  type FeatureView,
  type FeatureViewSpec,
} from '../../../generated/feast/core/FeatureView_pb.js';
import { withClass, type EncodedSource, type SourceKind } from './data-source.codec.js';
import type { OptionsReader } from './options-reader.js';
import { storedOptions, viewName, type StoredDefaults } from './stored-view.js';
import type { ViewColumns } from './view-columns.js';

/** Where the rows of a view come from. */
export interface ViewSources {
  readonly batch: EncodedSource | undefined;
  readonly stream: EncodedSource | undefined;
  /** The views that it is derived from. */
  readonly views: readonly FeatureViewSpec[];
}

export const FEATURE_VIEW_SOURCES: readonly SourceKind[] = ['file', 'push', 'kafka', 'kinesis'];
export const BATCH_VIEW_SOURCES: readonly SourceKind[] = ['file'];

const FEATURE_VIEW: StoredDefaults = { mode: '', online: true, ttlMs: 0 };
const BATCH_VIEW: StoredDefaults = { mode: 'python', online: false, ttlMs: undefined };

/** Shape: a feature view, or a batch feature view, which the registry keeps among them. */
export function encodeFeatureView(
  reader: OptionsReader,
  project: string,
  batchView: boolean,
  { columns, sources }: { readonly columns: ViewColumns; readonly sources: ViewSources },
): FeatureView {
  const spec = {
    name: viewName(reader),
    project,
    ...columns,
    ...storedOptions(reader, batchView ? BATCH_VIEW : FEATURE_VIEW),
    offline: reader.flag('offline', false),
    ...sourceMembers(sources),
    sourceViews: [...sources.views],
  };
  return create(FeatureViewSchema, { spec });
}

/** Sources as members of a view. */
export function sourceMembers({ batch, stream }: ViewSources): {
  batchSource?: EncodedSource['message'];
  streamSource?: EncodedSource['message'];
} {
  return {
    ...(batch === undefined ? {} : { batchSource: withClass(batch) }),
    ...(stream === undefined ? {} : { streamSource: withClass(stream) }),
  };
}
