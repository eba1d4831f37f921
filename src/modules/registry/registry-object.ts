import type { DescMessage } from '@bufbuild/protobuf';
import { DataSourceSchema } from '../../generated/feast/core/DataSource_pb.js';
import { EntitySchema } from '../../generated/feast/core/Entity_pb.js';
import { FeatureServiceSchema } from '../../generated/feast/core/FeatureService_pb.js';
import { FeatureViewSchema } from '../../generated/feast/core/FeatureView_pb.js';
import { LabelViewSchema } from '../../generated/feast/core/LabelView_pb.js';
import { OnDemandFeatureViewSchema } from '../../generated/feast/core/OnDemandFeatureView_pb.js';
import { PermissionSchema } from '../../generated/feast/core/Permission_pb.js';
import { ProjectSchema } from '../../generated/feast/core/Project_pb.js';
import type { Registry } from '../../generated/feast/core/Registry_pb.js';
import { SavedDatasetSchema } from '../../generated/feast/core/SavedDataset_pb.js';
import { StreamFeatureViewSchema } from '../../generated/feast/core/StreamFeatureView_pb.js';
import { ValidationReferenceSchema } from '../../generated/feast/core/ValidationProfile_pb.js';

/** The lists of a registry. */
export type RegistryList =
  | 'entities'
  | 'dataSources'
  | 'featureViews'
  | 'streamFeatureViews'
  | 'onDemandFeatureViews'
  | 'labelViews'
  | 'featureServices'
  | 'savedDatasets'
  | 'validationReferences'
  | 'permissions'
  | 'projects';

/** A definition as the registry holds it. */
export type StoredObject = Registry[RegistryList][number];

export interface ObjectKind {
  /** For messages: `feature view`. */
  readonly noun: string;
  /** What it is called by Feast's SDK: `FeatureView`. */
  readonly className: string;
  readonly schema: DescMessage;
}

/** One line per kind. */
export const OBJECT_KINDS: Readonly<Record<RegistryList, ObjectKind>> = {
  entities: { noun: 'entity', className: 'Entity', schema: EntitySchema },
  dataSources: { noun: 'data source', className: 'DataSource', schema: DataSourceSchema },
  featureViews: { noun: 'feature view', className: 'FeatureView', schema: FeatureViewSchema },
  streamFeatureViews: {
    noun: 'stream feature view',
    className: 'StreamFeatureView',
    schema: StreamFeatureViewSchema,
  },
  onDemandFeatureViews: {
    noun: 'on-demand feature view',
    className: 'OnDemandFeatureView',
    schema: OnDemandFeatureViewSchema,
  },
  labelViews: { noun: 'label view', className: 'LabelView', schema: LabelViewSchema },
  featureServices: { noun: 'feature service', className: 'FeatureService', schema: FeatureServiceSchema },
  savedDatasets: { noun: 'saved dataset', className: 'SavedDataset', schema: SavedDatasetSchema },
  validationReferences: {
    noun: 'validation reference',
    className: 'ValidationReference',
    schema: ValidationReferenceSchema,
  },
  permissions: { noun: 'permission', className: 'Permission', schema: PermissionSchema },
  projects: { noun: 'project', className: 'Project', schema: ProjectSchema },
};

/** The lists whose names are unique among all of them together. */
export const VIEW_LISTS = [
  'featureViews',
  'streamFeatureViews',
  'onDemandFeatureViews',
  'labelViews',
] as const;

export interface ObjectIdentity {
  readonly name: string;
  /** Empty for a project. */
  readonly project: string;
  readonly tags: Readonly<Record<string, string>>;
}

const NOBODY: ObjectIdentity = { name: '', project: '', tags: {} };

export function identityOf(object: StoredObject): ObjectIdentity {
  const holder = 'spec' in object ? object.spec : object;
  return { ...NOBODY, ...(holder as Partial<ObjectIdentity> | undefined) };
}

/** Shape: in the order of the registry; `projects` are all of them, whatever `project` is. */
export function objectsOf<L extends RegistryList>(
  registry: Registry,
  list: L,
  project: string,
): Registry[L][number][] {
  const objects: Registry[L][number][] = registry[list];
  return list === 'projects' ? objects : objects.filter((object) => identityOf(object).project === project);
}

/** The first of that name, as in every look-up of the registry. */
export function findObject<L extends RegistryList>(
  registry: Registry,
  list: L,
  { project, name }: { readonly project: string; readonly name: string },
): Registry[L][number] | undefined {
  return objectsOf(registry, list, project).find((object) => identityOf(object).name === name);
}
