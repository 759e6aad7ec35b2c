grant select, modify on table main.sales.orders to `sales team`;
grant use catalog on catalog main to analysts; grant execute on function main.sales.mask_email to `account users`;
revoke all privileges on schema main.sales from `former@example.com`;
grant select on table a_catalog_with_a_long_name.a_schema_with_a_long_name.a_table_with_a_long_name to `a principal with a very long name`;
show grants on table t; show grants `me@x.com` on schema s;
alter table t owner to `data-owners`;
alter schema s set tags ('cost'='sales','tier'='1'); alter table t alter column email set tags ('pii' = 'email');
