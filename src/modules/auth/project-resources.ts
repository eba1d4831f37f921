import { DUMMY_ENTITY_NAME } from '../../common/model/entity.js';
import type { RegistrySnapshot } from '../../common/model/registry-snapshot.js';
import { type Resource, resourceOf, serviceResource, sourceResource, viewResource } from './resource.js';

/** Everything of a project that permissions can be about, but the project itself: as Feast's command line goes through. */
export function projectResources(snapshot: RegistrySnapshot): readonly Resource[] {
  const { entities, featureViews, streamFeatureViews, onDemandFeatureViews, labelViews } = snapshot;
  const views = [featureViews, streamFeatureViews, onDemandFeatureViews, labelViews];
  return [
    ...[...entities.values()]
      .filter(({ name }) => name !== DUMMY_ENTITY_NAME)
      .map((entity) => resourceOf('ENTITY', entity)),
    ...views.flatMap((list) => [...list.values()].map(viewResource)),
    ...[...snapshot.featureServices.values()].map(serviceResource),
    ...[...snapshot.dataSources.values()].map(sourceResource),
    ...[...snapshot.validationReferences.values()].map((each) => resourceOf('VALIDATION_REFERENCE', each)),
    ...[...snapshot.savedDatasets.values()].map((dataset) => resourceOf('SAVED_DATASET', dataset)),
    ...[...snapshot.permissions.values()].map((permission) => resourceOf('PERMISSION', permission)),
  ];
}
