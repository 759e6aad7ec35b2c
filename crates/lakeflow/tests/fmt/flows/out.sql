CREATE FLOW backfill AS INSERT INTO ONCE orders BY NAME
SELECT *
FROM STREAM read_files('/Volumes/main/raw/old', format => 'parquet');

CREATE FLOW customers_scd AS AUTO CDC INTO customers
FROM STREAM(customers_clean)
KEYS (customer_id)
IGNORE NULL UPDATES
APPLY AS DELETE WHEN operation = 'DELETE'
SEQUENCE BY struct(changed_at, sequence)
COLUMNS * EXCEPT (operation, sequence)
STORED AS SCD TYPE 2
TRACK HISTORY ON * EXCEPT (seen_at);

CREATE FLOW short AS AUTO CDC INTO c
FROM STREAM s
KEYS (id)
SEQUENCE BY at;

APPLY CHANGES INTO live.customers
FROM STREAM(live.updates)
KEYS (id)
SEQUENCE BY changed_at
COLUMNS * EXCEPT (op)
STORED AS SCD TYPE 1;
