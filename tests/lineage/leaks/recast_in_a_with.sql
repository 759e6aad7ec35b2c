-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH MATERIALIZED VIEW shown AS
WITH numbers AS (SELECT state, CAST(name AS INT) AS n FROM people)
SELECT state, count(n) AS readable FROM numbers GROUP BY state;
