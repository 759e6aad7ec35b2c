with a as (select 1 as x), b as (select x from a) select x from b union all select 2;
with a (select 1 as x), b(select x from a), c (y) as (select x from b) select y from c;
