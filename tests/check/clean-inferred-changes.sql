-- Nobody knows the columns of these sources, so nothing of them is missed.
CREATE OR REFRESH STREAMING TABLE bronze AS
SELECT *, _metadata.file_path AS source_file FROM STREAM read_files('/in', format => 'json');
CREATE OR REFRESH STREAMING TABLE silver (id STRING, name STRING, __START_AT TIMESTAMP, __END_AT TIMESTAMP);
CREATE FLOW changes AS AUTO CDC INTO silver FROM STREAM(bronze) KEYS (id)
APPLY AS DELETE WHEN op = 'D' SEQUENCE BY changed_at COLUMNS * EXCEPT (op, source_file) STORED AS SCD TYPE 2;
CREATE OR REFRESH STREAMING TABLE newest;
CREATE FLOW once_more AS AUTO CDC INTO newest FROM (SELECT *, 1 AS one FROM STREAM bronze WHERE id IS NOT NULL) KEYS (id) SEQUENCE BY changed_at;
CREATE OR REFRESH STREAMING TABLE by_schema AS
SELECT * FROM STREAM read_files('/in', format => 'csv', schema => '${columns}', header => true);
CREATE OR REFRESH MATERIALIZED VIEW names AS SELECT name, n FROM by_schema JOIN newest USING (id);
CREATE OR REFRESH MATERIALIZED VIEW listed (${listed.columns} ${listed.rules}) AS SELECT a, b FROM by_schema;
CREATE OR REFRESH MATERIALIZED VIEW over_listed AS SELECT c FROM listed;
