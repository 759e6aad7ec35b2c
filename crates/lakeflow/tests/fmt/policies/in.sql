create or replace policy hide_email on schema main.sales comment 'Mail addresses are for marketing' column mask main.gov.mask_email to `account users` except marketing, `data stewards` for tables when has_tag('personal') match columns has_tag_value('pii','email') as email on column email using columns ('EU');
create policy own_region on catalog main row filter main.gov.in_region to analysts for tables match columns has_tag('region') as region using columns (region);
drop policy hide_email on schema main.sales;
alter table t set row filter main.gov.in_region on (region); alter table t alter column email set mask mask_email using columns (region); alter table t alter column email drop mask;
