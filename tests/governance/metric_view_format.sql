CREATE OR REPLACE FUNCTION c.s.mask_email(value STRING) RETURNS STRING RETURN '***';
CREATE OR REPLACE FUNCTION c.s.mask_birth_date(value DATE) RETURNS DATE RETURN CAST(NULL AS DATE);
CREATE OR REPLACE FUNCTION c.s.row_filter_people(id STRING) RETURNS BOOLEAN RETURN id = 'x';
CREATE OR REPLACE VIEW c.s.no_format WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
dimensions:
  - name: "id"
    expr: "source.id"
measures:
  - name: "people"
    expr: "count(1)"
    synonyms: [a, b, c, d, e, f, g, h, i, j, k]
$$;
