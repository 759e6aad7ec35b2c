-- gen: allow live-prefix
CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM LIVE.raw;
