CREATE OR REFRESH MATERIALIZED VIEW states AS SELECT id, max_by(state, day) AS state FROM raw GROUP BY id;
