select a, b from t union all select a, b from u union select c, d from v order by 1 limit 10;
(select a from t where a > 1 order by a limit 5) except (select a from u); select 1 intersect all select 2 minus select 3;
with x as (select 1 as a union all select 2) (select a from x) union all (select a from x);
