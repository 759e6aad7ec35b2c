create or replace function main.gov.mask_email(email string, region string default 'EU' comment 'Where the customer lives') returns string language sql deterministic contains sql comment 'Shows mail addresses to marketing' return case when is_account_group_member('marketing') then email when is_account_group_member('support') and region = 'EU' then regexp_replace(email, '^[^@]+', '***') else null end;
create temporary function twice(x int) returns int return x * 2;
create function t(a int) returns table (b int, c string) return select b, c from u where u.a = t.a;
create function py(s string) returns string language python as $$
def f(s):
    return   s.upper()
return f(s)
$$;
create or replace procedure p(x int, inout y string default 'a') language sql sql security invoker as begin declare n int default 0; set n = x + 1; if n > 1 then set y = 'b'; end if; end;
