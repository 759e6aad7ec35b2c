SELECT
  concat(t.turbine_id, '-', CAST(s.from_second AS STRING), '-', CAST(unix_seconds(m.hour) AS STRING)) AS example_id,
  t.turbine_id,
  m.hour,
  m.spread_a,
  m.spread_b,
  t.model,
  s.abnormal_sensor
FROM sensor_hours m
INNER JOIN turbines t ON t.turbine_id = m.turbine_id
INNER JOIN statuses s
  ON s.turbine_id = m.turbine_id
  AND timestamp_seconds(s.from_second) < m.hour
  AND timestamp_seconds(s.to_second) > m.hour
