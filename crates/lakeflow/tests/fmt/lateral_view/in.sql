select id, tag, pos from orders lateral view explode(tags) t as tag lateral view outer posexplode(items) i as pos, item where tag <> '';
select o.id, e.col from orders o, lateral explode(o.items) e; select * from orders left join lateral (select max(at) as at from events where events.order_id = orders.id) as last on true;
