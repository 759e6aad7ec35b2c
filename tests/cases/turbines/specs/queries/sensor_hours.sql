SELECT
  turbine_id,
  date_trunc('HOUR', timestamp_seconds(read_at)) AS hour,
  count(*) AS readings,
  avg(energy) AS energy,
  stddev_pop(sensor_a) AS spread_a,
  stddev_pop(sensor_b) AS spread_b,
  median(sensor_a) AS median_a
FROM readings
GROUP BY turbine_id, date_trunc('HOUR', timestamp_seconds(read_at));
