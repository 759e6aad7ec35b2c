CREATE OR REFRESH MATERIALIZED VIEW weeks AS SELECT year(day) AS y, weekofyear(day) AS w FROM raw;
