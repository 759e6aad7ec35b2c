CREATE OR REFRESH MATERIALIZED VIEW days AS SELECT date_format(day, 'yyyy-MM-dd') AS day FROM raw;
