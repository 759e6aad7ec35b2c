CREATE OR REFRESH STREAMING TABLE raw AS SELECT id, at FROM STREAM read_files('/in/*.csv', format => 'csv', schema => 'id STRING, at TIMESTAMP');
CREATE OR REFRESH STREAMING TABLE newest AS
SELECT id, at FROM STREAM raw QUALIFY row_number() OVER (PARTITION BY id ORDER BY at DESC) = 1;
