import { define, textOption } from './define.js';
import type { DEFINITION, Definition } from './definition.js';
import type { FieldType, ScalarName } from './field-type.js';
import type { Schema } from './schema.js';
import type { Descriptive } from './tags.js';

export type KeyKind = Exclude<ScalarName, 'MAP' | 'JSON' | 'SCALAR_MAP' | 'ZONED_TIMESTAMP'>;

/** A type of join keys. Online stores can look up `int32`, `int64`, `string`, `bytes` and `unixTimestamp`. */
export interface KeyType extends FieldType<KeyKind> {}

export interface EntityOptions<
  Name extends string = string,
  JoinKey extends string = string,
  Type extends KeyType = KeyType,
> extends Descriptive {
  readonly name: Name;
  /** The column that tells one from another; the name of the entity when left out. */
  readonly joinKey?: JoinKey | undefined;
  /** The type of the join key. Left out, every view must have the key in its schema. */
  readonly type?: Type | undefined;
}

/** What features are about: a driver, a customer. */
export interface Entity<
  Name extends string = string,
  JoinKey extends string = string,
  Type extends KeyType = KeyType,
> extends Definition {
  readonly [DEFINITION]: 'entity';
  readonly name: Name;
  readonly joinKey: JoinKey;
  readonly options: EntityOptions<Name, JoinKey, Type>;
}

export type Entities = readonly Entity[];

export function entity<
  const Name extends string,
  const JoinKey extends string = Name,
  Type extends KeyType = KeyType,
>(options: EntityOptions<Name, JoinKey, Type>): Entity<Name, JoinKey, Type> {
  const joinKey = textOption(options, 'joinKey') ?? textOption(options, 'name') ?? '';
  return define('entity', options, { joinKey });
}

type TypeOf<Candidate> = Candidate extends Entity<string, string, infer Type> ? Type : never;

/** The join keys of a view with their types: those of its schema, else those of its entities. */
export type KeysOf<ViewEntities extends Entities, Fields extends Schema> = Fields extends Schema
  ? {
      readonly [
        Candidate in ViewEntities[number] as Candidate['joinKey']
      ]: Candidate['joinKey'] extends keyof Fields ? Fields[Candidate['joinKey']] : TypeOf<Candidate>;
    }
  : never;

/** The fields of a schema that are not join keys. */
export type FeaturesOf<ViewEntities extends Entities, Fields extends Schema> = Fields extends Schema
  ? {
      readonly [Name in keyof Fields as Exclude<Name, ViewEntities[number]['joinKey']>]: Fields[Name];
    }
  : never;
