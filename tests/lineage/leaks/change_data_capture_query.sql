-- {"declared": {"people": {"email": "email", "name": "name"}}, "readers": {"shown": ["sales"]}}
CREATE OR REFRESH STREAMING TABLE people (id STRING, name STRING, email STRING, state STRING) AS
SELECT id, name, email, state
FROM STREAM read_files('/Volumes/dev/shop/landing/people*.csv', format => 'csv', schema => 'id STRING, name STRING, email STRING, state STRING');

CREATE OR REFRESH STREAMING TABLE shown (id STRING, name STRING);
CREATE FLOW change AS AUTO CDC INTO shown FROM (SELECT * FROM STREAM people) KEYS (id) APPLY AS DELETE WHEN email = 'gone@example.com' SEQUENCE BY state COLUMNS (id, name) STORED AS SCD TYPE 1;
