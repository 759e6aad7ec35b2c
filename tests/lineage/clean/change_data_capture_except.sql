-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH STREAMING TABLE shown (id STRING, state STRING);
CREATE FLOW change AS AUTO CDC INTO shown FROM STREAM(people) KEYS (id) SEQUENCE BY state COLUMNS * EXCEPT (name, email) STORED AS SCD TYPE 1;
