CREATE OR REFRESH MATERIALIZED VIEW names AS SELECT day, array_sort(collect_list(id)) AS ids FROM raw GROUP BY day;
