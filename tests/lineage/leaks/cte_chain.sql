-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH MATERIALIZED VIEW shown AS
WITH a AS (SELECT id, email AS m FROM people),
b AS (SELECT id, upper(m) AS u FROM a),
c AS (SELECT id, concat(u, '!') AS v FROM b)
SELECT id, v FROM c;
