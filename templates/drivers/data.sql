-- The history that the definitions read: each table becomes data/<name>.parquet.
-- Every value follows from the keys and a number of hours or days, so that all repos hold the same values. Only the
-- times differ: `last_hour` is the variable that says when the newest rows happened.

CREATE MACRO chance(what, driver, other, step, count) AS hash(20260101, what, driver, other, step) % count;

CREATE TABLE driver_stats AS
SELECT
  (getvariable('last_hour') - to_hours(hour)) AT TIME ZONE 'UTC' AS event_timestamp,
  driver_id,
  (chance('conv_rate', driver_id, 0, hour, 1001) / 1000)::FLOAT AS conv_rate,
  (chance('acc_rate', driver_id, 0, hour, 1001) / 1000)::FLOAT AS acc_rate,
  (5 + chance('trips', driver_id, 0, hour, 30))::BIGINT AS avg_daily_trips,
  ['car', 'van', 'e-bike'][1 + driver_id % 3] AS vehicle,
  chance('on_shift', driver_id, 0, hour, 3) > 0 AS on_shift,
  [(1 + chance('rating', driver_id, n, hour, 5))::BIGINT FOR n IN range(3)] AS recent_ratings,
  getvariable('last_hour') - to_hours(hour) + INTERVAL 5 MINUTE AS created
FROM range(7 * 24) AS hours(hour), range(1001, 1006) AS drivers(driver_id)
ORDER BY event_timestamp, driver_id;

CREATE TABLE driver_customer_stats AS
SELECT
  (getvariable('last_hour') - to_days(day::INTEGER)) AT TIME ZONE 'UTC' AS event_timestamp,
  driver_id,
  customer_id,
  chance('shared_trips', driver_id, customer_id, day, 20)::BIGINT AS trips,
  1 + chance('mean_rating', driver_id, customer_id, day, 401) / 100 AS mean_rating,
  [(1 + chance('shared', driver_id, customer_id, day * 10 + n, 5))::BIGINT FOR n IN range(2)] AS last_ratings,
  getvariable('last_hour') - to_days(day::INTEGER) + INTERVAL 5 MINUTE AS created
FROM
  range(14) AS days(day),
  range(1001, 1006) AS drivers(driver_id),
  (VALUES ('C-201'), ('C-202'), ('C-203')) AS customers(customer_id)
ORDER BY event_timestamp, driver_id, customer_id;
