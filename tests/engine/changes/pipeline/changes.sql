CREATE TEMPORARY VIEW changes AS
SELECT id, name, city, op, struct(try_cast(at AS INT), tie) AS _sequence
FROM STREAM read_files(
  '${landing}/changes*.csv',
  format => 'csv',
  schema => 'id STRING, name STRING, city STRING, op STRING, at STRING, tie STRING',
  header => true,
  escape => '"'
);

CREATE OR REFRESH STREAMING TABLE current_people (id STRING, name STRING, city STRING);

CREATE FLOW current_people_upsert AS AUTO CDC INTO current_people
FROM STREAM(changes)
KEYS (id)
APPLY AS DELETE WHEN op = 'delete'
SEQUENCE BY _sequence
COLUMNS * EXCEPT (op, _sequence)
STORED AS SCD TYPE 1;

CREATE OR REFRESH STREAMING TABLE people_history;

CREATE FLOW people_history_upsert AS AUTO CDC INTO people_history
FROM STREAM(changes)
KEYS (id)
APPLY AS DELETE WHEN op = 'delete'
SEQUENCE BY _sequence
COLUMNS (id, name, city)
STORED AS SCD TYPE 2;

CREATE OR REFRESH STREAMING TABLE name_history;

CREATE FLOW name_history_upsert AS AUTO CDC INTO name_history
FROM STREAM(changes)
KEYS (id)
APPLY AS DELETE WHEN op = 'delete'
SEQUENCE BY _sequence
COLUMNS (id, name, city)
STORED AS SCD TYPE 2
TRACK HISTORY ON (name);
