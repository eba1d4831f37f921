import { entity, featureView, fileSource, float64, int64 } from 'salver';

export const user = entity({ name: 'user', joinKey: 'user_id', type: int64 });

export const userActivitySource = fileSource({
  name: 'user_activity_source',
  path: 'data/user_activity.parquet',
  timestampField: 'event_timestamp',
});

export const userActivity = featureView({
  name: 'user_activity',
  entities: [user],
  schema: { visits: int64, mean_minutes: float64 },
  source: userActivitySource,
});
