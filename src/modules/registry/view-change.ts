import { timestampFromMs } from '@bufbuild/protobuf/wkt';
import { NotSupportedError } from '../../common/errors/errors.js';
import { FeatureViewState, type FeatureView } from '../../generated/feast/core/FeatureView_pb.js';
import type { OnDemandFeatureView } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import type { StreamFeatureView } from '../../generated/feast/core/StreamFeatureView_pb.js';
import { type ObjectPlace, requireView } from './object-lookup.js';
import { OBJECT_KINDS } from './registry-object.js';
import type { SettableState } from './view-state.js';

/** A view that can be switched off, and has a state: all kinds but label views. */
export type SwitchableView = FeatureView | StreamFeatureView | OnDemandFeatureView;

/** Errors: NotFoundError; NotSupportedError for a kind that has no `what`. */
export function requireSwitchable(place: ObjectPlace, name: string, what: string): SwitchableView {
  const { list, view } = requireView(place, name);
  if (view.$typeName !== 'feast.core.LabelView') return view;
  throw new NotSupportedError(`${name} is a ${OBJECT_KINDS[list].noun}, which ${what}`);
}

export function isEnabled({ spec }: SwitchableView): boolean {
  return spec?.disabled !== true;
}

/** As Feast does it: in place, no new version. Units: milliseconds since the epoch. */
export function setEnabled({ spec, meta }: SwitchableView, enabled: boolean, nowMs: number): void {
  if (spec) spec.disabled = !enabled;
  if (meta) meta.lastUpdatedTimestamp = timestampFromMs(nowMs);
}

export function stateOf({ meta }: SwitchableView): FeatureViewState {
  return meta?.state ?? FeatureViewState.STATE_UNSPECIFIED;
}

/** As Feast does it: in place, no new version. Units: milliseconds since the epoch. */
export function setState({ meta }: SwitchableView, state: SettableState, nowMs: number): void {
  if (meta === undefined) return;
  meta.state = FeatureViewState[state];
  meta.lastUpdatedTimestamp = timestampFromMs(nowMs);
}
