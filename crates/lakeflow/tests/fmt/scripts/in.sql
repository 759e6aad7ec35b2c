begin
declare total int default 0; declare continue handler for not found set total = -1;

-- count
set total = (select count(*) from orders where status = 'new' and ordered_at > current_date() - interval 30 days and region = 'EU');
if total > 100 and (select max(amount) from orders) > 1000 then -- many
  insert into alerts values (total, current_timestamp());
  -- behind the last step
elseif total = 0 then select 1; else delete from alerts; end if;
for r as select id, name from customers where name is not null and country in ('AT', 'CH', 'DE') and active do insert into u values (r.id); end for;
while total > 0 do set total = total - 1; end while;
values (total);
end
