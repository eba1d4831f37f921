import type { DefinitionKind } from '../../../definitions/definition.js';
import { isDefinition } from '../../../definitions/definition.js';
import { isFeatureGroup, SELECTION, type SelectionData } from '../../../definitions/feature-selection.js';
import type { FeatureSpecV2 } from '../../../generated/feast/core/Feature_pb.js';
import type { EncodedView } from './encoded-view.js';
import { didYouMean, OptionsReader } from './options-reader.js';
import type { Projection } from './projection.codec.js';
import { kindOfValue } from './value-kind.js';

/** Finds the exported view that a value stands for; undefined when that was told to be a problem. */
export type FindView = (
  value: unknown,
  kinds: readonly DefinitionKind[],
  tell: (message: string) => void,
) => EncodedView | undefined;

/** What a service or an on-demand view may use. */
export interface SelectionRules {
  readonly kinds: readonly DefinitionKind[];
  readonly onlineVersioning: boolean;
  readonly findView: FindView;
}

type TellHere = (message: string) => void;

/** A view, or a part of one, checked; undefined, with a problem told, when there is no such view. */
export function readSelection(value: unknown, rules: SelectionRules, tell: TellHere): Projection | undefined {
  const data: SelectionData = isFeatureGroup(value) ? value[SELECTION] : {};
  const view = rules.findView(isDefinition(value) ? value : (data.view ?? value), rules.kinds, tell);
  if (view === undefined) return undefined;
  return {
    view,
    features: selectedFeatures(view, data.features, tell),
    alias: aliasOf(data.alias, tell),
    joinKeyMap: joinKeyMapOf(view, data.joinKeyMap, tell),
    version: versionOf(data.version, rules, tell),
  };
}

function selectedFeatures(
  view: EncodedView,
  names: readonly unknown[] | undefined,
  tell: TellHere,
): readonly FeatureSpecV2[] {
  if (names === undefined) return view.features;
  if (names.length === 0) tell('selects no feature: name at least one, or use the whole view');
  const known = new Map(view.features.map((feature) => [feature.name, feature]));
  const chosen = new Map<string, FeatureSpecV2>();
  for (const name of names) {
    const feature = typeof name === 'string' ? known.get(name) : undefined;
    if (feature === undefined) tell(unknownFeature(view, name, known.keys()));
    else if (chosen.has(feature.name)) tell(`selects '${feature.name}' twice`);
    else chosen.set(feature.name, feature);
  }
  return [...chosen.values()];
}

function unknownFeature(view: EncodedView, name: unknown, known: Iterable<string>): string {
  const names = [...known];
  if (typeof name !== 'string') return `select() takes names of features, not ${kindOfValue(name)}`;
  if (view.joinKeys.includes(name))
    return `'${name}' is a join key of '${view.name}', not a feature: requests bring it themselves`;
  return `'${view.name}' has no feature '${name}'${didYouMean(name, names)}`;
}

function aliasOf(alias: unknown, tell: TellHere): string {
  if (alias === undefined) return '';
  if (typeof alias !== 'string' || alias === '') {
    tell(`as() takes a name that is not empty, not ${kindOfValue(alias)}`);
    return '';
  }
  const sign = ['@', ':'].find((candidate) => alias.includes(candidate));
  if (sign !== undefined)
    tell(
      `the name '${alias}' must not contain '${sign}', which separates the parts of a reference to a feature`,
    );
  return alias;
}

function joinKeyMapOf(view: EncodedView, value: unknown, tell: TellHere): Readonly<Record<string, string>> {
  if (value === undefined) return {};
  const hasKeys = view.kind === 'feature_view' || view.kind === 'stream_feature_view';
  if (!hasKeys) {
    tell('withJoinKeyMap() is for feature views and stream feature views');
    return {};
  }
  const reader = new OptionsReader({ joinKeyMap: value }, (property, message) =>
    tell(`${property?.replace('joinKeyMap', 'withJoinKeyMap()')} ${message}`),
  );
  const mapping = Object.entries(reader.textMap('joinKeyMap'));
  for (const [key, name] of mapping) {
    if (!view.joinKeys.includes(key))
      tell(`'${view.name}' has no join key '${key}'${didYouMean(key, view.joinKeys)}`);
    if (name === '') tell(`withJoinKeyMap() gives '${key}' an empty name`);
  }
  return Object.fromEntries(mapping.filter(([key]) => view.joinKeys.includes(key)));
}

function versionOf(version: unknown, rules: SelectionRules, tell: TellHere): number | undefined {
  if (version === undefined) return undefined;
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 0) {
    tell(`atVersion() takes the number of a version, 0 or more, not ${kindOfValue(version)}`);
    return undefined;
  }
  if (!rules.onlineVersioning) {
    tell(
      "atVersion() needs 'enable_online_feature_view_versioning: true' under 'registry' in feature_store.yaml",
    );
  }
  return version;
}
