select * from (select year, quarter, amount from sales) pivot (sum(amount) as total, avg(amount) as mean for quarter in (1 as q1, 2 as q2, 3 as q3, 4 as q4)) order by year;
select * from wide unpivot include nulls (amount for quarter in (q1 as `first`, q2, q3, q4)) as u;
select * from a pivot(max(v) for k in ('x','y'));
