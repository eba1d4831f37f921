import type { Definition, DefinitionKind } from '../../../definitions/definition.js';
import type { FeatureSpecV2 } from '../../../generated/feast/core/Feature_pb.js';
import type { FeatureView } from '../../../generated/feast/core/FeatureView_pb.js';
import type { LabelView } from '../../../generated/feast/core/LabelView_pb.js';
import type { OnDemandFeatureView } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import type { StreamFeatureView } from '../../../generated/feast/core/StreamFeatureView_pb.js';
import type { EncodedSource } from './data-source.codec.js';

export type ViewKind = Extract<DefinitionKind, `${string}_view`>;

/** The message of a view, by its kind. */
export type ViewMessage =
  | { readonly kind: 'feature_view'; readonly message: FeatureView }
  | { readonly kind: 'stream_feature_view'; readonly message: StreamFeatureView }
  | { readonly kind: 'label_view'; readonly message: LabelView }
  | { readonly kind: 'on_demand_feature_view'; readonly message: OnDemandFeatureView };

/** A view, and what services and on-demand views need to know of it. */
export type EncodedView = ViewMessage & {
  readonly definition: Definition;
  readonly name: string;
  readonly features: readonly FeatureSpecV2[];
  readonly joinKeys: readonly string[];
  /** Undefined for views without rows of their own, and for those that derive theirs. */
  readonly batchSource: EncodedSource | undefined;
};

/** Its values exist only while they are read. */
export function isComputedOnRead(view: EncodedView): boolean {
  return view.kind === 'on_demand_feature_view' && view.message.spec?.writeToOnlineStore !== true;
}
