import type { Table } from '../../command-output.js';
import type { DataSource } from '../../generated/feast/core/DataSource_pb.js';
import type { FeatureSpecV2 } from '../../generated/feast/core/Feature_pb.js';
import { featureTypeName } from './feature-type-name.js';
import { type PlainObject, toPlainObject } from './object-description.js';
import type { ObjectPlace } from './object-lookup.js';
import { objectsOf } from './registry-object.js';

/** A feature in a view of the three kinds that Feast's commands look at. */
interface ListedFeature {
  readonly feature: FeatureSpecV2;
  readonly viewName: string;
  /** Whether its values are kept in the online store. */
  readonly online: boolean;
  readonly source: DataSource | undefined;
}

export function listFeatures(place: ObjectPlace): Table {
  const rows = features(place).map(({ feature, viewName }) => ({
    feature_name: feature.name,
    feature_view: viewName,
    dtype: featureTypeName(feature),
  }));
  return { columns: ['feature_name', 'feature_view', 'dtype'], rows };
}

/** Shape: one object per view that has a feature of that name, under Feast's keys. */
export function describeFeature(place: ObjectPlace, name: string): PlainObject[] {
  return features(place)
    .filter(({ feature }) => feature.name === name)
    .map(({ feature, viewName, online, source }) => ({
      'Feature Name': feature.name,
      'Feature View': viewName,
      'Data Type': featureTypeName(feature),
      Description: feature.description,
      'Online Store': online,
      Source: source === undefined ? null : toPlainObject('dataSources', source),
    }));
}

export function featureNames(place: ObjectPlace): string[] {
  return [...new Set(features(place).map(({ feature }) => feature.name))];
}

function features({ registry, project }: ObjectPlace): ListedFeature[] {
  return [
    ...objectsOf(registry, 'featureViews', project).flatMap(({ spec }) =>
      ofView(spec, spec?.online === true, spec?.batchSource),
    ),
    ...objectsOf(registry, 'onDemandFeatureViews', project).flatMap(({ spec }) =>
      ofView(spec, spec?.writeToOnlineStore === true, undefined),
    ),
    ...objectsOf(registry, 'streamFeatureViews', project).flatMap(({ spec }) =>
      ofView(spec, spec?.online === true, spec?.batchSource),
    ),
  ];
}

function ofView(
  spec: { readonly name: string; readonly features: readonly FeatureSpecV2[] } | undefined,
  online: boolean,
  source: DataSource | undefined,
): ListedFeature[] {
  return (spec?.features ?? []).map((feature) => ({ feature, viewName: spec?.name ?? '', online, source }));
}
