-- gen: allow live-prefix the old pipeline reads this file too
CREATE OR REFRESH MATERIALIZED VIEW ids AS SELECT id FROM LIVE.raw;
