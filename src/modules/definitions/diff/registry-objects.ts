import type { DescMessage } from '@bufbuild/protobuf';
import type { DefinitionKind } from '../../../definitions/definition.js';
import type { DataSource } from '../../../generated/feast/core/DataSource_pb.js';
import type { Entity } from '../../../generated/feast/core/Entity_pb.js';
import type { FeatureService } from '../../../generated/feast/core/FeatureService_pb.js';
import type { FeatureView } from '../../../generated/feast/core/FeatureView_pb.js';
import type { LabelView } from '../../../generated/feast/core/LabelView_pb.js';
import type { OnDemandFeatureView } from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import type { Permission } from '../../../generated/feast/core/Permission_pb.js';
import type { Project } from '../../../generated/feast/core/Project_pb.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import type { StreamFeatureView } from '../../../generated/feast/core/StreamFeatureView_pb.js';
import { OBJECT_KINDS, type RegistryList } from '../../registry/registry-object.js';
import type { DesiredRegistry } from '../desired-registry.js';

export type StoredView = FeatureView | StreamFeatureView | OnDemandFeatureView | LabelView;

/** A member of a registry that `apply` writes. Saved datasets and validation references are not: it never touches them. */
export type RegistryObject = Project | DataSource | Entity | StoredView | FeatureService | Permission;

/** Where the objects of one kind are found. */
export interface ObjectSection {
  readonly kind: DefinitionKind;
  /** As Feast calls it in its output: `on demand feature view`. */
  readonly label: string;
  readonly schema: DescMessage;
  readonly isView: boolean;
  readonly desired: (desired: DesiredRegistry) => readonly RegistryObject[];
  /** The list itself, of all projects: to be changed in place. */
  readonly stored: (registry: Registry) => RegistryObject[];
}

/** In the order in which Feast lists them. */
export const OBJECT_SECTIONS: readonly ObjectSection[] = [
  section('project', 'projects'),
  section('data_source', 'dataSources'),
  section('entity', 'entities'),
  section('feature_view', 'featureViews'),
  section('on_demand_feature_view', 'onDemandFeatureViews'),
  section('stream_feature_view', 'streamFeatureViews'),
  section('label_view', 'labelViews'),
  section('feature_service', 'featureServices'),
  section('permission', 'permissions'),
];

function section(
  kind: DefinitionKind,
  list: 'projects' | (keyof DesiredRegistry & RegistryList),
): ObjectSection {
  return {
    kind,
    label: kind.replaceAll('_', ' '),
    schema: OBJECT_KINDS[list].schema,
    isView: kind.endsWith('_view'),
    desired: (desired) => (list === 'projects' ? [desired.project] : desired[list]),
    stored: (registry) => registry[list],
  };
}

export function sectionOf(kind: DefinitionKind): ObjectSection {
  return OBJECT_SECTIONS.find((section) => section.kind === kind) as ObjectSection;
}

export function sectionForObject(object: RegistryObject): ObjectSection {
  return OBJECT_SECTIONS.find(({ schema }) => schema.typeName === object.$typeName) as ObjectSection;
}

/** Data sources have no spec of their own: the whole message is it. */
export function isDataSource(object: RegistryObject): object is DataSource {
  return object.$typeName === 'feast.core.DataSource';
}

export function objectName(object: RegistryObject): string {
  return isDataSource(object) ? object.name : (object.spec?.name ?? '');
}

/** A project is its own. */
export function objectProject(object: RegistryObject): string {
  if (isDataSource(object)) return object.project;
  if (object.$typeName === 'feast.core.Project') return object.spec?.name ?? '';
  return object.spec?.project ?? '';
}
