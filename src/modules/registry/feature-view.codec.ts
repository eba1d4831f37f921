import type { FeatureView, LabelView, MaterializationInterval } from '../../common/model/feature-view.js';
import type { FeatureViewMeta, FeatureViewSpec } from '../../generated/feast/core/FeatureView_pb.js';
import type { LabelViewSpec } from '../../generated/feast/core/LabelView_pb.js';
import { ConflictResolutionPolicy } from '../../generated/feast/core/LabelView_pb.js';
import type { StreamFeatureViewSpec } from '../../generated/feast/core/StreamFeatureView_pb.js';
import { decodeOptionalDataSource } from './data-source.codec.js';
import { decodeDurationMs, decodeTimestampMicros } from './registry-scalar.codec.js';
import { decodeDeclaredView, decodeSwitchedView } from './view-base.codec.js';

const CONFLICT_POLICIES: ReadonlyMap<number, LabelView['conflictPolicy']> = new Map<
  ConflictResolutionPolicy,
  LabelView['conflictPolicy']
>([
  [ConflictResolutionPolicy.LAST_WRITE_WINS, 'LAST_WRITE_WINS'],
  [ConflictResolutionPolicy.LABELER_PRIORITY, 'LABELER_PRIORITY'],
  [ConflictResolutionPolicy.MAJORITY_VOTE, 'MAJORITY_VOTE'],
]);

const NO_INTERVALS: readonly MaterializationInterval[] = Object.freeze([]);

/** Shape: a feature view with its source and its materialization. Units: times in microseconds, TTL in milliseconds. */
export function decodeFeatureView(spec: FeatureViewSpec, meta: FeatureViewMeta | undefined): FeatureView {
  return Object.freeze({
    ...decodeServedView(spec, meta),
    kind: 'feature_view',
    offline: spec.offline,
    transformed: spec.featureTransformation !== undefined || spec.sourceViews.length > 0,
  });
}

/** Shape: a stream view, which reads like a feature view. */
export function decodeStreamFeatureView(
  spec: StreamFeatureViewSpec,
  meta: FeatureViewMeta | undefined,
): FeatureView {
  return Object.freeze({
    ...decodeServedView(spec, meta),
    kind: 'stream_feature_view',
    offline: false,
    // A mode alone says nothing: Feast stores one for stream views that transform nothing.
    transformed:
      spec.featureTransformation !== undefined ||
      spec.userDefinedFunction !== undefined ||
      spec.aggregations.length > 0,
  });
}

function decodeServedView(
  spec: FeatureViewSpec | StreamFeatureViewSpec,
  meta: FeatureViewMeta | undefined,
): Omit<FeatureView, 'kind' | 'offline' | 'transformed'> {
  return {
    ...decodeSwitchedView(spec, meta),
    ttlMs: decodeDurationMs(spec.ttl),
    online: spec.online,
    createdMicros: decodeTimestampMicros(meta?.createdTimestamp),
    batchSource: decodeOptionalDataSource(spec.batchSource),
    streamSource: decodeOptionalDataSource(spec.streamSource),
    materializationIntervals: decodeIntervals(meta),
  };
}

function decodeIntervals(meta: FeatureViewMeta | undefined): readonly MaterializationInterval[] {
  if (meta === undefined || meta.materializationIntervals.length === 0) return NO_INTERVALS;
  return Object.freeze(
    meta.materializationIntervals.map((interval) =>
      Object.freeze({
        startMicros: decodeTimestampMicros(interval.startTime),
        endMicros: decodeTimestampMicros(interval.endTime),
      }),
    ),
  );
}

/** Shape: a label view. It has no state, version or switch in the registry, so it always serves. */
export function decodeLabelView(spec: LabelViewSpec): LabelView {
  return Object.freeze({
    kind: 'label_view',
    ...decodeDeclaredView(spec),
    ttlMs: decodeDurationMs(spec.ttl),
    online: spec.online,
    source: decodeOptionalDataSource(spec.source),
    labelerField: spec.labelerField,
    conflictPolicy: CONFLICT_POLICIES.get(spec.conflictPolicy) ?? 'LAST_WRITE_WINS',
    referenceFeatureView: spec.referenceFeatureView,
  });
}
