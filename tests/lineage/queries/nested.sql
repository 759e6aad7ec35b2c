CREATE OR REFRESH MATERIALIZED VIEW nested_01 AS
SELECT home.zip AS zip FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_02 AS
SELECT p.home.street AS street FROM people AS p;

CREATE OR REFRESH MATERIALIZED VIEW nested_03 AS
SELECT struct(name, email) AS s FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_04 AS
SELECT named_struct('a', name, 'b', city) AS s FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_05 AS
SELECT s.a AS a FROM (SELECT named_struct('a', name, 'b', city) AS s FROM people) AS t;

CREATE OR REFRESH MATERIALIZED VIEW nested_06 AS
SELECT tags[0] AS first_tag FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_07 AS
SELECT marks['colour'] AS colour FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_08 AS
SELECT array(name, email) AS both FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_09 AS
SELECT transform(tags, t -> upper(t)) AS loud FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_10 AS
SELECT filter(tags, t -> t <> city) AS other FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_11 AS
SELECT explode(tags) AS tag FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_12 AS
SELECT id, tag FROM people LATERAL VIEW explode(tags) AS tag;

CREATE OR REFRESH MATERIALIZED VIEW nested_13 AS
SELECT to_json(home) AS j FROM people;

CREATE OR REFRESH MATERIALIZED VIEW nested_14 AS
SELECT size(tags) AS n, array_contains(tags, city) AS has FROM people;
