select a,
  -- how many
  count(b) as n
from
  -- the table
  t
join
  -- the other
  u on t.id = u.id
where
  -- why
  f(x) = 1 and y = 2
group by
  -- by what
  a
having
  -- enough
  count(b) > 1 and max(f(b)) < 9;
select case when a then
  -- first
  f(b) else g(c) end as d;
