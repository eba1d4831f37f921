-- The history that the definitions read: each table becomes data/<name>.parquet. `last_hour` is a variable.

CREATE TABLE driver_profile AS
SELECT
  (getvariable('last_hour') - to_days(day::INTEGER)) AT TIME ZONE 'UTC' AS event_timestamp,
  driver_id,
  ['e-bike', 'car', 'van'][driver_id] AS vehicle,
  [1.0, 0.9, 1.1][driver_id]::DOUBLE AS pace
FROM range(3) AS days(day), range(1, 4) AS drivers(driver_id)
ORDER BY event_timestamp, driver_id;
