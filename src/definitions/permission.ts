import type { Action } from '../common/model/permission.js';
import { define } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { Policy } from './policy.js';
import type { Tags } from './tags.js';

/** Feast's names for what can be protected. A feature view includes batch and stream views. */
export type ResourceType =
  | 'Project'
  | 'FeatureView'
  | 'OnDemandFeatureView'
  | 'BatchFeatureView'
  | 'StreamFeatureView'
  | 'LabelView'
  | 'Entity'
  | 'FeatureService'
  | 'DataSource'
  | 'ValidationReference'
  | 'SavedDataset'
  | 'Permission';

export const READ: readonly Action[] = Object.freeze<Action[]>(['READ_OFFLINE', 'READ_ONLINE']);
export const WRITE: readonly Action[] = Object.freeze<Action[]>(['WRITE_OFFLINE', 'WRITE_ONLINE']);
export const CRUD: readonly Action[] = Object.freeze<Action[]>(['CREATE', 'DESCRIBE', 'UPDATE', 'DELETE']);
export const ALL_ACTIONS: readonly Action[] = Object.freeze<Action[]>([
  'CREATE',
  'DESCRIBE',
  'UPDATE',
  'DELETE',
  'READ_ONLINE',
  'READ_OFFLINE',
  'WRITE_ONLINE',
  'WRITE_OFFLINE',
]);

export interface PermissionOptions {
  readonly name: string;
  /** Everything when left out. */
  readonly types?: readonly ResourceType[] | undefined;
  /** Regular expressions of Python, one of which must match the whole name; any name when left out. */
  readonly namePatterns?: readonly string[] | undefined;
  /** All of them must be on the resource. */
  readonly requiredTags?: Tags | undefined;
  /** `['READ_ONLINE']`, or `READ`, `WRITE`, `CRUD`, `ALL_ACTIONS`; all when left out. */
  readonly actions?: readonly Action[] | undefined;
  readonly policy: Policy;
  readonly tags?: Tags | undefined;
}

/** Which actions on which resources, for whom. */
export interface Permission extends Definition {
  readonly [DEFINITION]: 'permission';
  readonly options: PermissionOptions;
}

export function permission(options: PermissionOptions): Permission {
  return define('permission', options);
}
