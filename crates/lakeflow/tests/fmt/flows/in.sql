create flow backfill as insert into once orders by name select * from stream read_files('/Volumes/main/raw/old', format=>'parquet');
create flow customers_scd as auto cdc into customers from stream(customers_clean) keys (customer_id) ignore null updates apply as delete when operation = 'DELETE' sequence by struct(changed_at, sequence) columns * except (operation, sequence) stored as scd type 2 track history on * except (seen_at);
create flow short as auto cdc into c from stream s keys (id) sequence by at;
apply changes into live.customers from stream(live.updates) keys (id) sequence by changed_at columns * except (op) stored as scd type 1;
