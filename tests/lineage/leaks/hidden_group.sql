-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH MATERIALIZED VIEW shown AS
WITH per_name AS (SELECT left(name, 1) AS initial, count(*) AS n FROM people GROUP BY 1)
SELECT max(n) AS most FROM per_name;
