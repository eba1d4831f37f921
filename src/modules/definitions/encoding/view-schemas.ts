import { equals } from '@bufbuild/protobuf';
import { FeatureViewSchema } from '../../../generated/feast/core/FeatureView_pb.js';
import { LabelViewSchema } from '../../../generated/feast/core/LabelView_pb.js';
import { OnDemandFeatureViewSchema } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import { StreamFeatureViewSchema } from '../../../generated/feast/core/StreamFeatureView_pb.js';
import type { EncodedView, ViewKind } from './encoded-view.js';

const SCHEMAS = {
  feature_view: FeatureViewSchema,
  stream_feature_view: StreamFeatureViewSchema,
  label_view: LabelViewSchema,
  on_demand_feature_view: OnDemandFeatureViewSchema,
} as const satisfies Record<ViewKind, unknown>;

/** Whether two views say the same. */
export function sameView(one: EncodedView, other: EncodedView): boolean {
  return (
    one.kind === other.kind &&
    equals(SCHEMAS[one.kind] as never, one.message as never, other.message as never)
  );
}
