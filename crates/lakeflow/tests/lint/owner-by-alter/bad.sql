ALTER STREAMING TABLE main.sales.orders SET OWNER TO `engineers`;
ALTER MATERIALIZED VIEW main.sales.daily RENAME TO main.sales.by_day;
