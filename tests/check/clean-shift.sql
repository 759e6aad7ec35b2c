-- Shifts have a type.
CREATE OR REFRESH STREAMING TABLE flags (bits INT, label STRING) AS SELECT bits, label FROM STREAM read_files('/Volumes/a/b/c', schema => 'bits INT, label STRING');
CREATE OR REFRESH MATERIALIZED VIEW shifted AS SELECT bits << 2 AS up, bits >>> 1 AS down, trim(BOTH FROM label) AS label FROM flags;
