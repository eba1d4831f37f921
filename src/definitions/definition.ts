/** Marks what the builders of this package return, in every copy of the package that a process may hold. */
export const DEFINITION: unique symbol = Symbol.for('salver.definition') as never;

export type DefinitionKind =
  | 'project'
  | 'entity'
  | 'data_source'
  | 'feature_view'
  | 'stream_feature_view'
  | 'on_demand_feature_view'
  | 'label_view'
  | 'feature_service'
  | 'permission';

/** What a feature repo exports: an object of a registry, as its author wrote it. Frozen. */
export interface Definition {
  readonly [DEFINITION]: DefinitionKind;
  readonly name: string;
}

export function isDefinition(value: unknown): value is Definition {
  return typeof value === 'object' && value !== null && DEFINITION in value;
}
