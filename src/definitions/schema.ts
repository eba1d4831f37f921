import type { AnyFieldType, PushOf, ReadOf, WriteOf } from './field-type.js';

/*
 * The types of rows are conditional although their conditions always hold: messages of the compiler then show the members
 * of a row instead of the name of a helper.
 */

/** Names of fields and their types. */
export interface Schema {
  readonly [field: string]: AnyFieldType;
}

/** One row as a transformation reads it. Every feature of every row may be missing. */
export type ReadRow<Fields extends Schema> = Fields extends Schema
  ? {
      readonly [Name in keyof Fields]: ReadOf<Fields[Name]> | null;
    }
  : never;

/** Many rows as a transformation reads them: a list per field, all of one length. */
export type ReadColumns<Fields extends Schema> = Fields extends Schema
  ? {
      readonly [Name in keyof Fields]: readonly (ReadOf<Fields[Name]> | null)[];
    }
  : never;

/** One row as a transformation returns it. */
export type WriteRow<Fields extends Schema> = Fields extends Schema
  ? {
      readonly [Name in keyof Fields]: WriteOf<Fields[Name]> | null;
    }
  : never;

/** Many rows as a transformation returns them. */
export type WriteColumns<Fields extends Schema> = Fields extends Schema
  ? {
      readonly [Name in keyof Fields]: readonly (WriteOf<Fields[Name]> | null)[];
    }
  : never;

/** Keys are never missing. */
export type KeyRow<Keys extends Schema> = Keys extends Schema
  ? { readonly [Name in keyof Keys]: ReadOf<Keys[Name]> }
  : never;
export type KeyColumns<Keys extends Schema> = Keys extends Schema
  ? {
      readonly [Name in keyof Keys]: readonly ReadOf<Keys[Name]>[];
    }
  : never;

/** A row of a push: features, which may be null, join keys, and the times of the batch source. */
export type PushRow<
  Fields extends Schema,
  Keys extends Schema,
  TimeColumn extends string,
> = Keys extends Schema
  ? {
      readonly [Name in keyof Fields | keyof Keys | TimeColumn]: Name extends keyof Keys
        ? PushOf<Keys[Name]>
        : Name extends keyof Fields
          ? PushOf<Fields[Name]> | null
          : Date;
    }
  : never;
