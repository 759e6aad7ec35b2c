select /*+ broadcast(c), repartition(8, o.day) */ o.id, c.name from orders o join customers c on c.id = o.customer_id;
select /*+ COALESCE(3) */ distinct a from t;
