select 1;
select 2 -- two
-- the end, without a line end