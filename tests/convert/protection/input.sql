CREATE OR REFRESH PRIVATE STREAMING TABLE c.s.people (
  id BIGINT NOT NULL PRIMARY KEY RELY,
  email STRING COMMENT 'where to write to' MASK c.s.mask_email USING COLUMNS (country),
  country STRING CONSTRAINT of_country REFERENCES c.s.countries (code),
  CONSTRAINT people_region FOREIGN KEY (country, id) REFERENCES regions
)
WITH ROW FILTER c.s.only_mine ON (country)
AS SELECT * FROM STREAM c.s.people_raw;

CREATE OR REFRESH MATERIALIZED VIEW staff (id BIGINT, pay DECIMAL(10,2) MASK hide, PRIMARY KEY (id))
WITH ROW FILTER `my-cat`.s.only_hr ON ()
AS SELECT id, pay FROM people;
