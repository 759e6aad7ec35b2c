INSERT INTO t VALUES (1, 'a', NULL), (2, 'b', TRUE);

INSERT INTO t (id, name)
SELECT
  id,
  name
FROM u
WHERE id NOT IN (SELECT id FROM t);

INSERT OVERWRITE t PARTITION (day = '2024-01-01')
SELECT
  a,
  b
FROM u;

INSERT INTO t BY NAME SELECT 1 AS a;

INSERT INTO t REPLACE WHERE day = '2024-01-01'
SELECT *
FROM u;

INSERT INTO main.reference.us_states (code, name, population, capital)
VALUES
  ('AL', 'Alabama', 5024279, 'Montgomery'),
  ('AK', 'Alaska', 733391, 'Juneau'),
  ('AZ', 'Arizona', 7151502, 'Phoenix');

UPDATE t
SET a = 1, b = upper(b)
WHERE id = 5;

UPDATE customers
SET full_name = concat_ws(' ', first_name, last_name), changed_at = current_timestamp()
WHERE full_name IS NULL;

DELETE FROM t WHERE id IN (1, 2, 3);
TRUNCATE TABLE t;
