create or replace view main.sales.revenue
with metrics language yaml comment 'Revenue by product' as $$
  version: 1.1
  source:   main.sales.orders
  # select   nothing
  dimensions:
    - name: Month
      expr: date_trunc('MONTH',   ordered_at)
  measures:
    - {name: Revenue,   expr: sum(amount)}
$$;
select `Month`, measure(`Revenue`) from main.sales.revenue group by all;
