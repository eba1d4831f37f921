import type { Schema } from './schema.js';

/** Marks what a feature service can take, in every copy of this package. */
export const SELECTION: unique symbol = Symbol.for('salver.selection') as never;

/** Only for the compiler: the features of a selection. Nothing has such a property. */
export declare const FIELDS: unique symbol;
/** Only for the compiler: the join keys of a selection. Nothing has such a property. */
export declare const KEYS: unique symbol;

/** Which part of a view, and under which names. As it was passed: nothing is checked yet. */
export interface SelectionData {
  /** Undefined for a view that stands for itself. */
  readonly view?: unknown;
  /** In this order; undefined means all. */
  readonly features?: readonly unknown[];
  readonly alias?: unknown;
  readonly joinKeyMap?: unknown;
  readonly version?: unknown;
}

/** A view, or a part of one. */
export interface FeatureGroup {
  readonly [SELECTION]: SelectionData;
}

/** Join key → the name that a request uses instead. Without join keys there is nothing to name. */
export type JoinKeyMap<Keys extends Schema> = [keyof Keys] extends [never]
  ? { readonly [key: string]: never }
  : { readonly [Key in keyof Keys]?: string };

/** Some features of a view. */
export interface FeatureSubset<Fields extends Schema = Schema> extends FeatureGroup {
  readonly [FIELDS]?: Fields | undefined;
  /** These features alone, in this order. */
  select<const Name extends keyof Fields & string>(...features: Name[]): FeatureSubset<Pick<Fields, Name>>;
  /** The view under another name, for the full names of features. */
  as(alias: string): FeatureSubset<Fields>;
}

/** Some features of a view with join keys. */
export interface FeatureSelection<
  Fields extends Schema = Schema,
  Keys extends Schema = Schema,
> extends FeatureGroup {
  readonly [FIELDS]?: Fields | undefined;
  readonly [KEYS]?: Keys | undefined;
  /** These features alone, in this order. */
  select<const Name extends keyof Fields & string>(
    ...features: Name[]
  ): FeatureSelection<Pick<Fields, Name>, Keys>;
  /** The view under another name, for the full names of features. */
  as(alias: string): FeatureSelection<Fields, Keys>;
  /** Join keys under other names: the same view for two drivers of one request. */
  withJoinKeyMap(joinKeyMap: JoinKeyMap<Keys>): FeatureSelection<Fields, Keys>;
  /** The view as it was at a version; the registry must have `enable_online_feature_view_versioning`. */
  atVersion(version: number): FeatureSelection<Fields, Keys>;
}

export function isFeatureGroup(value: unknown): value is FeatureGroup {
  return typeof value === 'object' && value !== null && SELECTION in value;
}

/** The methods of a view: each makes a selection of it. */
export function selecting(): object {
  return {
    [SELECTION]: Object.freeze({}),
    select(...features: unknown[]): object {
      return selection({ view: this, features });
    },
    as(alias: unknown): object {
      return selection({ view: this, alias });
    },
    withJoinKeyMap(joinKeyMap: unknown): object {
      return selection({ view: this, joinKeyMap });
    },
    atVersion(version: unknown): object {
      return selection({ view: this, version });
    },
  };
}

function selection(data: SelectionData): object {
  return Object.freeze({
    [SELECTION]: Object.freeze(data),
    select: (...features: unknown[]) => selection({ ...data, features }),
    as: (alias: unknown) => selection({ ...data, alias }),
    withJoinKeyMap: (joinKeyMap: unknown) => selection({ ...data, joinKeyMap }),
    atVersion: (version: unknown) => selection({ ...data, version }),
  });
}
