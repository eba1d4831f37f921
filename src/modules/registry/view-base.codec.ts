import type { FeatureViewState, ViewBase } from '../../common/model/feature-view.js';
import type { FeatureViewMeta, FeatureViewSpec } from '../../generated/feast/core/FeatureView_pb.js';
import { FeatureViewState as StateNumber } from '../../generated/feast/core/FeatureView_pb.js';
import { decodeFields } from './field.codec.js';
import { decodeStringMap } from './registry-scalar.codec.js';

const STATES: ReadonlyMap<number, FeatureViewState> = new Map<StateNumber, FeatureViewState>([
  [StateNumber.STATE_UNSPECIFIED, 'STATE_UNSPECIFIED'],
  [StateNumber.CREATED, 'CREATED'],
  [StateNumber.GENERATED, 'GENERATED'],
  [StateNumber.MATERIALIZING, 'MATERIALIZING'],
  [StateNumber.AVAILABLE_ONLINE, 'AVAILABLE_ONLINE'],
]);

type Declared = Pick<
  FeatureViewSpec,
  'name' | 'features' | 'entities' | 'entityColumns' | 'description' | 'owner' | 'tags'
>;
type Switched = Declared & Pick<FeatureViewSpec, 'disabled' | 'version'>;

/** Shape: what every view declares, and the state of one that has none. */
export function decodeDeclaredView(spec: Declared): ViewBase {
  return {
    name: spec.name,
    features: decodeFields(spec.features),
    entities: Object.freeze(spec.entities),
    entityColumns: decodeFields(spec.entityColumns),
    description: spec.description,
    owner: spec.owner,
    tags: decodeStringMap(spec.tags),
    disabled: false,
    state: 'STATE_UNSPECIFIED',
    currentVersionNumber: 0,
    version: '',
  };
}

/** Shape: the state by name; a number that this version does not know counts as none. */
export function decodeSwitchedView(
  spec: Switched,
  meta: Pick<FeatureViewMeta, 'state' | 'currentVersionNumber'> | undefined,
): ViewBase {
  return {
    ...decodeDeclaredView(spec),
    disabled: spec.disabled,
    state: STATES.get(meta?.state ?? StateNumber.STATE_UNSPECIFIED) ?? 'STATE_UNSPECIFIED',
    currentVersionNumber: meta?.currentVersionNumber ?? 0,
    version: spec.version,
  };
}
