/** In Feast's order. */
export const ACTIONS = [
  'CREATE',
  'DESCRIBE',
  'UPDATE',
  'DELETE',
  'READ_ONLINE',
  'READ_OFFLINE',
  'WRITE_ONLINE',
  'WRITE_OFFLINE',
] as const;

export type Action = (typeof ACTIONS)[number];

/** In Feast's order, which is that of a permission for everything. */
export const RESOURCE_TYPES = [
  'PROJECT',
  'FEATURE_VIEW',
  'ON_DEMAND_FEATURE_VIEW',
  'BATCH_FEATURE_VIEW',
  'STREAM_FEATURE_VIEW',
  'LABEL_VIEW',
  'ENTITY',
  'FEATURE_SERVICE',
  'DATA_SOURCE',
  'VALIDATION_REFERENCE',
  'SAVED_DATASET',
  'PERMISSION',
] as const;

export type ResourceType = (typeof RESOURCE_TYPES)[number];

/** Who passes. `allow_all` is what a registry holds when the policy has no kind that it can store. */
export type PermissionPolicy =
  | { readonly kind: 'role_based'; readonly roles: readonly string[] }
  | { readonly kind: 'group_based'; readonly groups: readonly string[] }
  | { readonly kind: 'namespace_based'; readonly namespaces: readonly string[] }
  | {
      readonly kind: 'group_and_namespace';
      readonly groups: readonly string[];
      readonly namespaces: readonly string[];
    }
  | { readonly kind: 'allow_all' };

/** Which actions on which resources, for whom. */
export interface Permission {
  readonly name: string;
  readonly types: readonly ResourceType[];
  /** Python regular expressions that must match a whole name; none means any name. */
  readonly namePatterns: readonly string[];
  readonly requiredTags: ReadonlyMap<string, string>;
  readonly actions: readonly Action[];
  readonly policy: PermissionPolicy;
  readonly tags: ReadonlyMap<string, string>;
}
