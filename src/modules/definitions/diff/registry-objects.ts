import type { DescMessage } from '@bufbuild/protobuf';
import type { DefinitionKind } from '../../../definitions/definition.js';
import { type DataSource, DataSourceSchema } from '../../../generated/feast/core/DataSource_pb.js';
import { type Entity, EntitySchema } from '../../../generated/feast/core/Entity_pb.js';
import {
  type FeatureService,
  FeatureServiceSchema,
} from '../../../generated/feast/core/FeatureService_pb.js';
import { type FeatureView, FeatureViewSchema } from '../../../generated/feast/core/FeatureView_pb.js';
import { type LabelView, LabelViewSchema } from '../../../generated/feast/core/LabelView_pb.js';
import {
  type OnDemandFeatureView,
  OnDemandFeatureViewSchema,
} from '../../../generated/feast/core/OnDemandFeatureView_pb.js';
import { type Permission, PermissionSchema } from '../../../generated/feast/core/Permission_pb.js';
import { type Project, ProjectSchema } from '../../../generated/feast/core/Project_pb.js';
import type { Registry } from '../../../generated/feast/core/Registry_pb.js';
import {
  type StreamFeatureView,
  StreamFeatureViewSchema,
} from '../../../generated/feast/core/StreamFeatureView_pb.js';
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
  section(
    'project',
    ProjectSchema,
    ({ project }) => [project],
    (registry) => registry.projects,
  ),
  section(
    'data_source',
    DataSourceSchema,
    (desired) => desired.dataSources,
    (registry) => registry.dataSources,
  ),
  section(
    'entity',
    EntitySchema,
    (desired) => desired.entities,
    (registry) => registry.entities,
  ),
  section(
    'feature_view',
    FeatureViewSchema,
    (desired) => desired.featureViews,
    (registry) => registry.featureViews,
  ),
  section(
    'on_demand_feature_view',
    OnDemandFeatureViewSchema,
    (desired) => desired.onDemandFeatureViews,
    (registry) => registry.onDemandFeatureViews,
  ),
  section(
    'stream_feature_view',
    StreamFeatureViewSchema,
    (desired) => desired.streamFeatureViews,
    (registry) => registry.streamFeatureViews,
  ),
  section(
    'label_view',
    LabelViewSchema,
    (desired) => desired.labelViews,
    (registry) => registry.labelViews,
  ),
  section(
    'feature_service',
    FeatureServiceSchema,
    (desired) => desired.featureServices,
    (registry) => registry.featureServices,
  ),
  section(
    'permission',
    PermissionSchema,
    (desired) => desired.permissions,
    (registry) => registry.permissions,
  ),
];

function section(
  kind: DefinitionKind,
  schema: DescMessage,
  desired: ObjectSection['desired'],
  stored: (registry: Registry) => RegistryObject[],
): ObjectSection {
  return { kind, label: kind.replaceAll('_', ' '), schema, isView: kind.endsWith('_view'), desired, stored };
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
