/** A view that can be computed. */
export interface PythonDefinition {
  /** Of this definition, whatever the view is called. */
  readonly key: string;
  /** `feast.core.OnDemandFeatureView` */
  readonly bytes: Uint8Array;
}
