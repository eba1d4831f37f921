-- The history that the definitions read: each table becomes data/<name>.parquet. `last_hour` is a variable.

CREATE TABLE user_activity AS
SELECT
  (getvariable('last_hour') - to_days(day::INTEGER)) AT TIME ZONE 'UTC' AS event_timestamp,
  user_id,
  (10 * user_id + day)::BIGINT AS visits,
  user_id + day / 4 AS mean_minutes
FROM range(3) AS days(day), range(1, 4) AS users(user_id)
ORDER BY event_timestamp, user_id;
