import { entity, featureView, fileSource, float32, int64, pushSource } from '../../src/definitions/index.js';
import { problemsOf as problemsOfRepo } from './definition-problems.js';

export const driver = entity({ name: 'driver', joinKey: 'driver_id', type: int64 });
export const rows = fileSource({
  name: 'rows',
  path: 'rows.parquet',
  timestampField: 'at',
  createdTimestampColumn: 'made',
});
export const pushed = pushSource({ name: 'pushed', batchSource: rows });
export const schema = { trips: int64, rate: float32 };
export const stats = featureView({ name: 'stats', entities: [driver], schema, source: rows });

/** What is wrong with a repo of these and other definitions. */
export const problemsOf = (exports: Readonly<Record<string, unknown>>): readonly string[] =>
  problemsOfRepo({ driver, stats, ...exports });
