import { DUMMY_ENTITY_NAME, DUMMY_JOIN_KEY } from '../../../common/model/entity.js';
import { ValueType } from '../../../common/model/value.js';
import type { DataSource } from '../../../generated/feast/core/DataSource_pb.js';
import type { EntitySpecV2 } from '../../../generated/feast/core/Entity_pb.js';
import type { FeatureSpecV2 } from '../../../generated/feast/core/Feature_pb.js';
import { encodeFields, plainField } from './field.codec.js';
import type { OptionsReader } from './options-reader.js';
import { pathTo } from './problem-report.js';

/** The columns of a view: its join keys, and what is left of its schema. */
export interface ViewColumns {
  /** Names of entities, `__dummy` for a view without any. */
  readonly entities: string[];
  readonly entityColumns: FeatureSpecV2[];
  readonly features: FeatureSpecV2[];
}

/**
 * Shape:  join keys that are in the schema come first and keep what is said of them there, then those that only
 *         entities tell. `untypedKeys` is the type of a key that nobody tells; UNKNOWN makes that a problem.
 */
export function viewColumns(
  reader: OptionsReader,
  entities: readonly EntitySpecV2[],
  untypedKeys: number = ValueType.UNKNOWN,
): ViewColumns {
  tellSharedKeys(reader, entities);
  const schema = encodeFields(
    reader.value('schema'),
    (property, message) => reader.tell(property, message),
    'schema',
  );
  const ownerOf = new Map(entities.map((entity) => [entity.joinKey, entity]));
  const entityColumns = schema.filter(({ name }) => ownerOf.has(name));
  for (const column of entityColumns) tellOtherType(reader, column, ownerOf.get(column.name));
  const told = new Set(entityColumns.map(({ name }) => name));
  for (const entity of ownerOf.values()) {
    if (!told.has(entity.joinKey)) entityColumns.push(keyColumn(reader, entity, untypedKeys));
  }
  const features = schema.filter(({ name }) => !ownerOf.has(name));
  tellFeatures(reader, features);
  if (entities.length > 0) return { entities: entities.map(({ name }) => name), entityColumns, features };
  return {
    entities: [DUMMY_ENTITY_NAME],
    entityColumns: [plainField(DUMMY_JOIN_KEY, ValueType.STRING)],
    features,
  };
}

/** Tells features that cannot be told from the columns that a source needs for itself. */
export function tellSourceColumns(
  reader: OptionsReader,
  columns: ViewColumns,
  source: DataSource | undefined,
): void {
  if (source === undefined) return;
  for (const { name } of [...columns.entityColumns, ...columns.features]) {
    const mapped = source.fieldMapping[name];
    if (mapped !== undefined) {
      reader.tell(
        pathTo('schema', name),
        `the source calls this column '${mapped}' (fieldMapping): use that name, or remove the mapping`,
      );
    }
    for (const option of ['timestampField', 'createdTimestampColumn'] as const) {
      if (name !== source[option]) continue;
      reader.tell(
        pathTo('schema', name),
        `is the ${option} of the source '${source.name}', which cannot be a feature too: remove it from the schema`,
      );
    }
  }
}

function tellSharedKeys(reader: OptionsReader, entities: readonly EntitySpecV2[]): void {
  const owners = new Map<string, string>();
  for (const [index, { name, joinKey }] of entities.entries()) {
    const other = owners.get(joinKey);
    if (other === name) reader.tell(pathTo('entities', index), `'${name}' is in the list twice`);
    else if (other !== undefined) {
      reader.tell(
        pathTo('entities', index),
        `'${name}' has the join key '${joinKey}' of '${other}': entities of a view need different join keys`,
      );
    }
    if (other === undefined) owners.set(joinKey, name);
  }
}

function tellOtherType(reader: OptionsReader, column: FeatureSpecV2, entity: EntitySpecV2 | undefined): void {
  if (entity === undefined || entity.valueType === 0 || entity.valueType === column.valueType) return;
  reader.tell(
    pathTo('schema', column.name),
    `the join key has another type than its entity '${entity.name}': make them the same, or remove it here`,
  );
}

function keyColumn(reader: OptionsReader, entity: EntitySpecV2, untyped: number): FeatureSpecV2 {
  const known = entity.valueType !== 0 || untyped !== ValueType.UNKNOWN;
  if (!known && entity.joinKey !== '') {
    reader.tell(
      'entities',
      `nobody says the type of '${entity.joinKey}': give the entity '${entity.name}' a type, or add '${entity.joinKey}' to the schema`,
    );
  }
  return plainField(entity.joinKey, entity.valueType === 0 ? untyped : entity.valueType);
}

function tellFeatures(reader: OptionsReader, features: readonly FeatureSpecV2[]): void {
  const given = reader.value('schema');
  if (features.length === 0 && typeof given === 'object' && given !== null) {
    reader.tell('schema', 'has no features: name at least one');
  }
  const indexed = features.filter(({ vectorIndex }) => vectorIndex).map(({ name }) => name);
  for (const name of indexed.slice(1)) {
    reader.tell(
      pathTo('schema', name),
      `a view can have one vectorIndex, and '${indexed[0]}' has it already`,
    );
  }
}
