select * from values ('a', 1), ('b', 2) as letters(letter, position);
create view main.geo.states as select state, state_name from values ('CA', 'California', 'America/Los_Angeles'), ('NY', 'New York', 'America/New_York'), ('WA', 'Washington', 'America/Los_Angeles') as rows(state, state_name, timezone) where state <> 'NY';
select * from values (named_struct('street', 'Main Street 1', 'city', 'Springfield', 'postal_code', '12345', 'country', 'US')) as addresses(address);
select * from values ('a long text that takes a third of a line'), ('a long text that takes a third of a line'), ('b') texts(text)
