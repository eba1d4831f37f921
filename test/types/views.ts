/* Entities, sources and views: what compiles, and what must not. */
import {
  batchFeatureView,
  bool,
  days,
  entity,
  featureView,
  fileSource,
  float32,
  int64,
  json,
  kafkaSource,
  labelView,
  list,
  set,
  streamFeatureView,
  string,
  struct,
  zonedTimestamp,
} from '../../src/definitions/index.js';
import { expectType, type Same } from './expect-type.js';
import { customer, driver, profile, pushed, rows, stats, totals } from './repo.js';

const schema = { a: int64 };

// Names and keys are known to the compiler.
expectType<Same<typeof driver.name, 'driver'>>();
expectType<Same<typeof driver.joinKey, 'driver_id'>>();
expectType<Same<typeof customer.joinKey, 'customer'>>();
// A join key in the schema is no feature.
expectType<
  Same<Parameters<typeof profile.select>[number], 'photo' | 'words' | 'extras' | 'document' | 'address'>
>();
expectType<Same<Parameters<typeof stats.withJoinKeyMap>[0], { readonly driver_id?: string }>>();

export const views = [
  featureView({ name: 'v', schema, source: pushed, ttl: days(1), version: 'v2', mode: 'python' }),
  featureView({ name: 'v', schema, source: [totals, stats], sinkSource: rows }),
  batchFeatureView({ name: 'v', schema, source: rows, online: true }),
  streamFeatureView({ name: 'v', schema, source: pushed, aggregations: [] }),
  labelView({ name: 'v', entities: [driver], schema, source: pushed, referenceFeatureView: stats }),
];

// @ts-expect-error the name of an entity is not an entity
featureView({ name: 'v', schema, entities: ['driver'] });
// @ts-expect-error a view is not an entity
featureView({ name: 'v', schema, entities: [stats] });
// @ts-expect-error the name of a type is not a type
featureView({ name: 'v', schema: { a: 'int64' } });
// @ts-expect-error a number is not a duration
featureView({ name: 'v', schema, ttl: 7 });
// @ts-expect-error no such option
featureView({ name: 'v', schema, ttll: days(7) });
// @ts-expect-error a schema is needed
featureView({ name: 'v' });
// @ts-expect-error a name is needed
featureView({ schema });
// @ts-expect-error no such version
featureView({ name: 'v', schema, version: '2' });
// @ts-expect-error no such mode
featureView({ name: 'v', schema, mode: 'typescript' });
// @ts-expect-error an entity is not a source
featureView({ name: 'v', schema, source: driver });
// @ts-expect-error a batch view takes no pushes
batchFeatureView({ name: 'v', schema, source: pushed });
// @ts-expect-error a batch view needs a source
batchFeatureView({ name: 'v', schema });
// @ts-expect-error a file is not a stream
streamFeatureView({ name: 'v', schema, source: rows });
// @ts-expect-error labels are about entities
labelView({ name: 'v', schema });
// @ts-expect-error no such policy
labelView({ name: 'v', entities: [driver], schema, conflictPolicy: 'newest' });
// @ts-expect-error an entity has no rows that could be labeled
labelView({ name: 'v', entities: [driver], schema, referenceFeatureView: driver });

// @ts-expect-error a document is not a key
entity({ name: 'e', type: json });
// @ts-expect-error an entity has one join key
entity({ name: 'e', joinKeys: ['a', 'b'], type: int64 });
// @ts-expect-error when a row became true must be known
fileSource({ path: 'data/rows.parquet' });
// @ts-expect-error no such format
fileSource({ path: 'data/rows.csv', timestampField: 'at', fileFormat: 'csv' });
// @ts-expect-error a stream needs a history
kafkaSource({
  name: 'k',
  kafkaBootstrapServers: 'h:1',
  topic: 't',
  timestampField: 'at',
  messageFormat: { format: 'json', schemaJson: '' },
});

export const types = [
  list(list(int64)),
  set(list(string)),
  list(struct({ a: bool })),
  list(float32, { vectorIndex: true }),
];

// @ts-expect-error Feast has no lists of times with zones
list(zonedTimestamp);
// @ts-expect-error Feast has no sets of documents
set(json);
// @ts-expect-error Feast has no sets of structs
set(struct({ a: int64 }));
// @ts-expect-error a type is needed
list('int64');
// @ts-expect-error a type is needed
struct({ a: 'int64' });
// @ts-expect-error no such option
list(float32, { vectorIndx: true });
// @ts-expect-error a number is no vector
int64({ vectorIndex: true });
