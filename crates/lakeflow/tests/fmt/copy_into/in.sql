copy into main.raw.orders from (select _c0 as id, _c1::decimal(10,2) as amount, _metadata.file_path from '/Volumes/main/raw/orders') fileformat = csv pattern = '*.csv' format_options ('header'='true','mergeSchema'='true') copy_options ('mergeSchema'='true','force'='false');
copy into t from '/Volumes/x' fileformat=parquet;
