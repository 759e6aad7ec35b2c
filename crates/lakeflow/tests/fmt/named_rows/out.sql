SELECT *
FROM VALUES ('a', 1), ('b', 2) AS letters(letter, position);

CREATE VIEW main.geo.states
AS
SELECT
  state,
  state_name
FROM VALUES
  ('CA', 'California', 'America/Los_Angeles'),
  ('NY', 'New York', 'America/New_York'),
  ('WA', 'Washington', 'America/Los_Angeles')
AS rows(state, state_name, timezone)
WHERE state <> 'NY';

SELECT *
FROM VALUES (named_struct(
  'street', 'Main Street 1', 'city', 'Springfield', 'postal_code', '12345', 'country', 'US'
)) AS addresses(address);

SELECT *
FROM VALUES
  ('a long text that takes a third of a line'),
  ('a long text that takes a third of a line'),
  ('b')
texts(text)
