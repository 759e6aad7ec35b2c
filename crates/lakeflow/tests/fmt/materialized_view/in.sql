create or refresh materialized view sales_daily (day date comment 'Day of the order', revenue decimal(18,2))
partitioned by (day) comment 'Sales a day' schedule cron '0 0 6 * * ?' at time zone 'UTC' refresh policy incremental tblproperties('quality'='gold')
as select day, sum(amount) as revenue from orders group by day;
create materialized view m schedule every 1 hour as select 1 as a;
create materialized view n trigger on update as select * from m;
