SELECT s.turbine_id, s.hour, s.energy, s.spread_a, s.spread_b, t.model, t.location, t.country
FROM sensor_hours s
INNER JOIN turbines t USING (turbine_id)
QUALIFY row_number() OVER (PARTITION BY s.turbine_id ORDER BY s.hour DESC) = 1
