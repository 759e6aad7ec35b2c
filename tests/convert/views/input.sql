CREATE OR REPLACE TEMPORARY VIEW pairs (a COMMENT 'first', `b c`) COMMENT 'two' TBLPROPERTIES ('k' = 'v') AS SELECT 1, 2;
CREATE VIEW c.s.published (a, b) COMMENT 'shown' TBLPROPERTIES ('k' = 'v') AS SELECT x, count(*) FROM t GROUP BY x;
CREATE GLOBAL TEMPORARY VIEW everywhere AS SELECT 1 AS a;
CREATE TEMPORARY VIEW streamed (id, CONSTRAINT ok EXPECT (id > 0) ON VIOLATION FAIL UPDATE) AS SELECT a.b FROM STREAM t WITH (skipChangeCommits) AS a;
CREATE OR REPLACE VIEW metrics WITH METRICS LANGUAGE YAML AS $${version: 1.1, source: t, measures: [{name: n, expr: count(*)}]}$$;
