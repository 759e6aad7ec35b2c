select a.id from main.sales.a_table_with_a_long_name as a left join main.sales.another_table_with_a_long_name as b on b.id = a.id;
select a.id from orders a join main.sales.another_table_with_a_long_name as b using (order_id, customer_id, product_id, shipping_id);
select a.id from orders as a join customers as c on c.customer_id = a.customer_id and c.valid_from <= a.ordered_at and c.valid_to > a.ordered_at;
select a.id from orders as a join (select customer_id, max(ordered_at) as last_order from orders group by customer_id) as c on c.customer_id = a.customer_id;
select a.id from orders as a join customers as c on c.customer_id = a.customer_id
