from orders |> where amount > 100 |> extend amount * 0.2 as tax |> aggregate sum(amount) as total, count(*) as number group by customer_id, region |> join customers using (customer_id) |> select name, total |> order by total desc |> limit 10;

from orders |> select region, sum(amount) over w as total, max(amount) over v as highest window w as (partition by region order by day), v as (partition by region) |> where total > 100;
from orders |> extend rank() over w as place window w as (order by amount);
