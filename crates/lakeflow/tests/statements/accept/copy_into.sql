COPY INTO t FROM '/Volumes/c/s/v' FILEFORMAT = CSV;
COPY INTO c.s.t FROM (SELECT _c0::INT AS id, _metadata.file_path FROM 's3://bucket/x') FILEFORMAT = JSON PATTERN = '*.json' FORMAT_OPTIONS ('mergeSchema' = 'true') COPY_OPTIONS ('force' = 'true');
COPY INTO delta.`/path` BY POSITION FROM 's3://bucket/x' WITH (CREDENTIAL cred) FILEFORMAT = PARQUET FILES = ('a.parquet', 'b.parquet');
COPY INTO t (a, b) FROM 's3://x' FILEFORMAT = AVRO VALIDATE 15 ROWS;
COPY INTO t FROM 's3://x' FILEFORMAT = ORC VALIDATE ALL;
