import type { Cell, Table } from '../../command-output.js';
import { type DataSource, DataSource_SourceType } from '../../generated/feast/core/DataSource_pb.js';
import { FeatureViewState } from '../../generated/feast/core/FeatureView_pb.js';
import type { FeatureView } from '../../generated/feast/core/FeatureView_pb.js';
import { ConflictResolutionPolicy } from '../../generated/feast/core/LabelView_pb.js';
import type { OnDemandFeatureView } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import {
  type Permission,
  PermissionSpec_AuthzedAction,
  PermissionSpec_Type,
} from '../../generated/feast/core/Permission_pb.js';
import type { Policy } from '../../generated/feast/core/Policy_pb.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import { ValueType_Enum } from '../../generated/feast/types/Value_pb.js';
import { DUMMY_ENTITY_NAME } from '../../common/model/entity.js';
import { findObject, identityOf, objectsOf, type RegistryList } from './registry-object.js';
import { hasTags } from './tag-filter.js';

export type Row = Readonly<Record<string, Cell>>;

/** What the `list` of a group shows. */
export interface ObjectListing {
  readonly columns: readonly string[];
  readonly rows: (selection: ListSelection) => Row[];
}

export interface ListSelection {
  readonly registry: Registry;
  readonly project: string;
  /** All of which an object must have. */
  readonly tags: ReadonlyMap<string, string>;
}

/** The lists that have a group of commands, with the columns that Feast shows. */
export const LISTINGS: Readonly<Record<RegistryList, ObjectListing>> = {
  entities: entityListing(),
  dataSources: listing('dataSources', ['class'], (source) => ({ class: classOf(source) })),
  featureViews: viewListing(),
  streamFeatureViews: listing('streamFeatureViews', [], () => ({})),
  onDemandFeatureViews: listing('onDemandFeatureViews', [], () => ({})),
  labelViews: listing('labelViews', ['entities', 'conflict_policy'], ({ spec }) => ({
    entities: withoutDummy(spec?.entities ?? []),
    conflict_policy: (ConflictResolutionPolicy[spec?.conflictPolicy ?? 0] ?? '').toLowerCase(),
  })),
  featureServices: listing('featureServices', ['features'], ({ spec }) => ({
    features: (spec?.features ?? []).flatMap(({ featureViewName, featureColumns }) =>
      featureColumns.map(({ name }) => `${featureViewName}:${name}`),
    ),
  })),
  savedDatasets: listing('savedDatasets', [], () => ({})),
  validationReferences: listing('validationReferences', [], () => ({})),
  permissions: listing(
    'permissions',
    ['types', 'name_patterns', 'actions', 'roles', 'required_tags'],
    permissionCells,
  ),
  projects: listing('projects', ['description', 'tags', 'owner'], ({ spec }) => ({
    description: spec?.description ?? '',
    tags: spec?.tags ?? {},
    owner: spec?.owner ?? '',
  })),
};

export function listObjects({ columns, rows }: ObjectListing, selection: ListSelection): Table {
  return { columns, rows: rows(selection) };
}

function listing<L extends RegistryList>(
  list: L,
  columns: readonly string[],
  cells: (object: Registry[L][number], selection: ListSelection) => Row,
): ObjectListing {
  return {
    columns: ['name', ...columns],
    rows: (selection) =>
      objectsOf(selection.registry, list, selection.project)
        .filter((object) => hasTags(identityOf(object).tags, selection.tags))
        .map((object) => ({ name: identityOf(object).name, ...cells(object, selection) })),
  };
}

/** Without the entity that stands for none. */
function entityListing(): ObjectListing {
  const { columns, rows } = listing('entities', ['description', 'type'], ({ spec }) => ({
    description: spec?.description ?? '',
    type: spec?.valueType ? (ValueType_Enum[spec.valueType] ?? String(spec.valueType)) : 'UNKNOWN',
  }));
  return { columns, rows: (selection) => rows(selection).filter(({ name }) => name !== DUMMY_ENTITY_NAME) };
}

/** Feast lists on-demand views among the feature views, too. */
function viewListing(): ObjectListing {
  const columns = ['entities', 'type', 'enabled', 'state'];
  const stored = listing('featureViews', columns, (view) => ({
    entities: entitiesOf(view),
    type: view.spec?.featureTransformation === undefined ? 'FeatureView' : 'BatchFeatureView',
    enabled: view.spec?.disabled !== true,
    state: FeatureViewState[view.meta?.state ?? 0] ?? '',
  }));
  const onDemand = listing('onDemandFeatureViews', columns, (view, { registry, project }) => ({
    entities: sourceEntities(view, registry, project),
    type: 'OnDemandFeatureView',
    enabled: view.spec?.disabled !== true,
    state: FeatureViewState[view.meta?.state ?? 0] ?? '',
  }));
  return {
    columns: stored.columns,
    rows: (selection) => [...stored.rows(selection), ...onDemand.rows(selection)],
  };
}

function sourceEntities({ spec }: OnDemandFeatureView, registry: Registry, project: string): string[] {
  const entities = Object.values(spec?.sources ?? {}).flatMap(({ source }) => {
    if (source.case === 'featureView') return entitiesOf(source.value);
    if (source.case !== 'featureViewProjection') return [];
    const name = source.value.featureViewName;
    const view =
      findObject(registry, 'featureViews', { project, name }) ??
      findObject(registry, 'streamFeatureViews', { project, name });
    return withoutDummy(view?.spec?.entities ?? []);
  });
  return [...new Set(entities)];
}

function entitiesOf({ spec }: FeatureView): string[] {
  return withoutDummy(spec?.entities ?? []);
}

function withoutDummy(entities: readonly string[]): string[] {
  return entities.filter((name) => name !== DUMMY_ENTITY_NAME);
}

/** `FileSource` of `feast.infra.offline_stores.file_source.FileSource`. */
function classOf({ dataSourceClassType, type }: DataSource): string {
  return dataSourceClassType.split('.').at(-1) || (DataSource_SourceType[type] ?? '');
}

function permissionCells({ spec }: Permission): Row {
  const { types = [], namePatterns = [], actions = [], requiredTags = {}, policy } = spec ?? {};
  return {
    types: types.map((type) => pascalCase(PermissionSpec_Type[type] ?? String(type))),
    name_patterns: namePatterns,
    actions: actions.map((action) => PermissionSpec_AuthzedAction[action] ?? String(action)),
    roles: rolesOf(policy?.policyType),
    required_tags: requiredTags,
  };
}

function rolesOf(kind: Policy['policyType'] | undefined): string[] {
  return kind?.case === 'roleBasedPolicy' ? kind.value.roles.toSorted() : [];
}

/** `FEATURE_VIEW` → `FeatureView` */
function pascalCase(name: string): string {
  return name
    .toLowerCase()
    .split('_')
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}
