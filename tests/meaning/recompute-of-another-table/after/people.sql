CREATE OR REFRESH PRIVATE MATERIALIZED VIEW people_checked (
  CONSTRAINT column_types EXPECT (coalesce(_column_types = 'id bigint', FALSE)) ON VIOLATION FAIL UPDATE
)
AS
WITH given AS (
  SELECT id, concat_ws(', ', concat('id ', typeof(id))) AS _column_types
  FROM crm.people_v2
)

SELECT id, _column_types FROM given;

CREATE OR REFRESH MATERIALIZED VIEW people (id BIGINT)
AS
SELECT id FROM people_checked;
