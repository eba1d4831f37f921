/** What the definitions of a repo are encoded for. */
export interface EncodingContext {
  /** The `project` of `feature_store.yaml`. */
  readonly projectName: string;
  /** The `project_description` of `feature_store.yaml`; empty when it has none. */
  readonly projectDescription: string;
  /** `registry.enable_online_feature_view_versioning`: whether a service may ask for a version of a view. */
  readonly onlineVersioning: boolean;
}
