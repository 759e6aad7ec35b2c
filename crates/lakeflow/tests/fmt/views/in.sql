create temporary view v as select * from t;
create or replace view main.sales.recent (order_id comment 'Identifier', amount) comment 'What was ordered lately' tblproperties ('a'='b') with schema evolution as select order_id, amount from main.sales.orders where ordered_at > current_timestamp() - interval 7 days;
create view if not exists w as with a as (select 1 as x) select x from a;
