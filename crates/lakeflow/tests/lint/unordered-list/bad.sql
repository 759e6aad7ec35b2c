CREATE OR REFRESH MATERIALIZED VIEW names AS SELECT day, collect_list(id) AS ids FROM raw GROUP BY day;
