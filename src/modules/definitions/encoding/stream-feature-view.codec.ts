import { create } from '@bufbuild/protobuf';
import type { Aggregation } from '../../../generated/feast/core/Aggregation_pb.js';
import {
  StreamFeatureViewSchema,
  type StreamFeatureView,
} from '../../../generated/feast/core/StreamFeatureView_pb.js';
import { encodeAggregation } from './aggregation.codec.js';
import type { SourceKind } from './data-source.codec.js';
import { encodeDuration } from './duration.codec.js';
import { sourceMembers, type ViewSources } from './feature-view.codec.js';
import type { OptionsReader } from './options-reader.js';
import { pathTo } from './problem-report.js';
import { storedOptions, viewName, type StoredDefaults } from './stored-view.js';
import type { ViewColumns } from './view-columns.js';

export const STREAM_VIEW_SOURCES: readonly SourceKind[] = ['push', 'kafka'];

const STREAM_VIEW: StoredDefaults = { mode: 'python', online: true, ttlMs: 0 };
/** Feast's hop when a view does not say one. */
const DEFAULT_HOP_MS = 5 * 60_000;

/** Shape: a stream view. Feast keeps its join keys among its features too. */
export function encodeStreamFeatureView(
  reader: OptionsReader,
  project: string,
  { columns, sources }: { readonly columns: ViewColumns; readonly sources: ViewSources },
): StreamFeatureView {
  const aggregations = reader
    .list('aggregations')
    .map((value, index) => encodeAggregation(reader, value, index));
  const timestampField = reader.text('timestampField');
  if (aggregations.length > 0 && timestampField === '') {
    reader.tell('timestampField', 'is missing: aggregations go by the time of a column');
  }
  const spec = {
    name: viewName(reader),
    project,
    entities: columns.entities,
    entityColumns: columns.entityColumns,
    features: [...columns.entityColumns, ...columns.features],
    ...storedOptions(reader, STREAM_VIEW),
    ...sourceMembers(sources),
    aggregations,
    timestampField,
    ...tiling(reader, aggregations),
  };
  return create(StreamFeatureViewSchema, { spec });
}

function tiling(
  reader: OptionsReader,
  aggregations: readonly Aggregation[],
): { enableTiling: boolean; tilingHopSize?: ReturnType<typeof encodeDuration> } {
  const enableTiling = reader.flag('enableTiling', false);
  const hopMs = reader.durationMs('tilingHopSize');
  if (enableTiling) {
    const hopSeconds = (hopMs ?? DEFAULT_HOP_MS) / 1000;
    for (const [index, { timeWindow }] of aggregations.entries()) {
      if (Number(timeWindow?.seconds ?? 0n) > hopSeconds) continue;
      reader.tell(
        pathTo('aggregations', index),
        `needs a timeWindow longer than the hop of tiling, which is ${hopSeconds} seconds`,
      );
    }
  }
  return { enableTiling, ...(hopMs === undefined ? {} : { tilingHopSize: encodeDuration(hopMs) }) };
}
