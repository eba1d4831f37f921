import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import type { ObjectPlace } from './object-lookup.js';
import { identityOf, OBJECT_KINDS, objectsOf, type RegistryList } from './registry-object.js';

/** An object that would lack another. */
export interface Reference {
  readonly list: RegistryList;
  readonly name: string;
}

type Names = readonly (string | undefined)[];

/** What an object of the one kind names of the other. */
interface ReferenceRule {
  readonly from: RegistryList;
  readonly to: readonly RegistryList[];
  readonly names: (object: never) => Names;
}

const VIEWS: readonly RegistryList[] = [
  'featureViews',
  'streamFeatureViews',
  'onDemandFeatureViews',
  'labelViews',
];

const RULES: readonly ReferenceRule[] = [
  rule('featureViews', ['entities'], ({ spec }) => spec?.entities ?? []),
  rule('streamFeatureViews', ['entities'], ({ spec }) => spec?.entities ?? []),
  rule('labelViews', ['entities'], ({ spec }) => spec?.entities ?? []),
  rule('featureViews', ['dataSources'], ({ spec }) => [spec?.batchSource?.name, spec?.streamSource?.name]),
  rule('streamFeatureViews', ['dataSources'], ({ spec }) => [
    spec?.batchSource?.name,
    spec?.streamSource?.name,
  ]),
  rule('labelViews', ['dataSources'], ({ spec }) => [spec?.source?.name]),
  rule('dataSources', ['dataSources'], ({ batchSource }) => [batchSource?.name]),
  rule('onDemandFeatureViews', ['dataSources'], ({ spec }) =>
    Object.values(spec?.sources ?? {}).map(({ source }) =>
      source.case === 'requestDataSource' ? source.value.name : undefined,
    ),
  ),
  rule('onDemandFeatureViews', VIEWS, ({ spec }) =>
    Object.values(spec?.sources ?? {}).map(({ source }) =>
      source.case === 'featureViewProjection' ? source.value.featureViewName : undefined,
    ),
  ),
  rule('featureViews', VIEWS, ({ spec }) => (spec?.sourceViews ?? []).map(({ name }) => name)),
  rule('labelViews', VIEWS, ({ spec }) => [spec?.referenceFeatureView]),
  rule('featureServices', VIEWS, ({ spec }) => (spec?.features ?? []).map((view) => view.featureViewName)),
  rule('savedDatasets', ['featureServices'], ({ spec }) => [spec?.featureServiceName]),
  rule('validationReferences', ['savedDatasets'], ({ referenceDatasetName }) => [referenceDatasetName]),
];

function rule<L extends RegistryList>(
  from: L,
  to: readonly RegistryList[],
  names: (object: Registry[L][number]) => Names,
): ReferenceRule {
  return { from, to, names };
}

/** Shape: in the order of the kinds above; an object stands there once. */
export function referencesTo(
  { registry, project }: ObjectPlace,
  list: RegistryList,
  name: string,
): Reference[] {
  const found = new Map<string, Reference>();
  for (const { from, to, names } of RULES) {
    if (!to.includes(list)) continue;
    for (const object of objectsOf(registry, from, project)) {
      const referrer = identityOf(object).name;
      if (names(object as never).includes(name))
        found.set(`${from} ${referrer}`, { list: from, name: referrer });
    }
  }
  return [...found.values()];
}

/** `feature view trips, feature service pricing` */
export function describeReferences(references: readonly Reference[]): string {
  return references.map(({ list, name }) => `${OBJECT_KINDS[list].noun} ${name}`).join(', ');
}
