export type Action =
  | 'CREATE'
  | 'DESCRIBE'
  | 'UPDATE'
  | 'DELETE'
  | 'READ_ONLINE'
  | 'READ_OFFLINE'
  | 'WRITE_ONLINE'
  | 'WRITE_OFFLINE';

export type ResourceType =
  | 'FEATURE_VIEW'
  | 'ON_DEMAND_FEATURE_VIEW'
  | 'BATCH_FEATURE_VIEW'
  | 'STREAM_FEATURE_VIEW'
  | 'ENTITY'
  | 'FEATURE_SERVICE'
  | 'DATA_SOURCE'
  | 'VALIDATION_REFERENCE'
  | 'SAVED_DATASET'
  | 'PERMISSION'
  | 'PROJECT'
  | 'LABEL_VIEW';

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
