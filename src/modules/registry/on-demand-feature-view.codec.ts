import { create, toBinary } from '@bufbuild/protobuf';
import type {
  OnDemandFeatureView,
  OnDemandSource,
  ViewAggregation,
} from '../../common/model/feature-view.js';
import { TYPESCRIPT_TEXT_MARK } from '../../common/model/typescript-text.js';
import type { Aggregation } from '../../generated/feast/core/Aggregation_pb.js';
import {
  type OnDemandFeatureViewMeta,
  OnDemandFeatureViewSchema,
  type OnDemandFeatureViewSpec,
  type OnDemandSource as OnDemandSourceMessage,
} from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import type { UserDefinedFunctionV2 } from '../../generated/feast/core/Transformation_pb.js';
import { decodeDataSource } from './data-source.codec.js';
import { decodeEmbeddedView, decodeProjection } from './feature-view-projection.codec.js';
import { decodeDurationMs } from './registry-scalar.codec.js';
import { decodeSwitchedView } from './view-base.codec.js';

/** Shape: a view that is computed when it is read; its code as it is, which is not run here. */
export function decodeOnDemandFeatureView(
  spec: OnDemandFeatureViewSpec,
  meta: OnDemandFeatureViewMeta | undefined,
): OnDemandFeatureView {
  return Object.freeze({
    kind: 'on_demand_feature_view',
    ...decodeSwitchedView(spec, meta),
    sources: Object.freeze(
      Object.entries(spec.sources)
        .map(([name, source]) => decodeSource(name, source))
        .filter((source) => source !== undefined),
    ),
    mode: decodeMode(spec),
    writeToOnlineStore: spec.writeToOnlineStore,
    singleton: spec.singleton,
    aggregations: Object.freeze(spec.aggregations.map(decodeAggregation)),
    typescriptText: decodeTypescript(spec),
    feastDefinition: isComputedByFeast(spec)
      ? toBinary(
          OnDemandFeatureViewSchema,
          create(OnDemandFeatureViewSchema, { spec, ...(meta && { meta }) }),
        )
      : undefined,
  });
}

/** Undefined for a kind of source that this version does not know. */
function decodeSource(name: string, { source }: OnDemandSourceMessage): OnDemandSource | undefined {
  switch (source.case) {
    case 'featureViewProjection':
      return Object.freeze({ kind: 'projection', name, projection: decodeProjection(source.value) });
    case 'featureView':
      return Object.freeze({ kind: 'projection', name, projection: decodeEmbeddedView(source.value) });
    case 'requestDataSource':
      return Object.freeze({ kind: 'request', name, source: decodeDataSource(source.value) });
    case undefined:
      return undefined;
  }
}

/** Old registries have no mode: it follows from the transformation, and is `pandas` where that does not say. */
function decodeMode(spec: OnDemandFeatureViewSpec): string {
  if (spec.mode !== '') return spec.mode;
  if (spec.featureTransformation?.transformation.case === 'substraitTransformation') return 'substrait';
  return functionOf(spec)?.mode || 'pandas';
}

function functionOf({ featureTransformation }: OnDemandFeatureViewSpec): UserDefinedFunctionV2 | undefined {
  const transformation = featureTransformation?.transformation;
  return transformation?.case === 'userDefinedFunction' ? transformation.value : undefined;
}

function isComputedByFeast(spec: OnDemandFeatureViewSpec): boolean {
  return spec.aggregations.length === 0 && decodeTypescript(spec) === '';
}

function decodeTypescript(spec: OnDemandFeatureViewSpec): string {
  const text = functionOf(spec)?.bodyText ?? '';
  return text.startsWith(TYPESCRIPT_TEXT_MARK) ? text : '';
}

function decodeAggregation(message: Aggregation): ViewAggregation {
  return Object.freeze({
    column: message.column,
    function: message.function,
    name: message.name || `${message.function}_${message.column}`,
    timeWindowMs: decodeDurationMs(message.timeWindow),
  });
}
