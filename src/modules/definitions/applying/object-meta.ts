import { create, type MessageShape } from '@bufbuild/protobuf';
import type { Timestamp } from '@bufbuild/protobuf/wkt';
import {
  FeatureViewMetaSchema,
  type FeatureViewState,
} from '../../../generated/feast/core/FeatureView_pb.js';
import type { MaterializationInterval } from '../../../generated/feast/core/FeatureView_pb.js';
import { type RegistryObject, sectionForObject } from '../diff/registry-objects.js';

/** What the registry keeps about an object besides its definition. Kinds that do not have a member ignore it. */
export interface ObjectMeta {
  createdTimestamp?: Timestamp | undefined;
  lastUpdatedTimestamp?: Timestamp | undefined;
  currentVersionNumber?: number;
  state?: FeatureViewState;
  materializationIntervals?: MaterializationInterval[];
}

/** The meta of an object, made when there is none: to be changed in place. */
export function metaOf(object: RegistryObject): ObjectMeta {
  object.meta ??= freshMeta(object) as never;
  return object.meta;
}

function freshMeta(object: RegistryObject): MessageShape<typeof FeatureViewMetaSchema> {
  const field = sectionForObject(object).schema.field['meta'];
  // Every kind has a meta message; their shapes differ, and `ObjectMeta` is what they have in common.
  return create(field?.message as typeof FeatureViewMetaSchema);
}

/** Sets the times of an object that is stored now; `before` is what it replaces. */
export function stampTimes(object: RegistryObject, now: Timestamp, before: RegistryObject | undefined): void {
  const meta = metaOf(object);
  meta.createdTimestamp = before === undefined ? now : metaOf(before).createdTimestamp;
  meta.lastUpdatedTimestamp = now;
}
