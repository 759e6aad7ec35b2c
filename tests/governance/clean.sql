CREATE OR REPLACE FUNCTION c.s.mask_email(value STRING) RETURNS STRING RETURN '***';
CREATE OR REPLACE FUNCTION c.s.mask_birth_date(value DATE) RETURNS DATE RETURN CAST(NULL AS DATE);
CREATE OR REPLACE FUNCTION c.s.row_filter_people(id STRING) RETURNS BOOLEAN RETURN id = 'x';
CREATE SCHEMA IF NOT EXISTS c.s;
GRANT SELECT ON TABLE c.s.people TO `staff`;
CREATE OR REPLACE VIEW c.s.people_metrics WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
joins:
  - name: "other"
    source: "c.s.people"
    'on': "source.id = other.id"
    joins:
      - name: "third"
        source: "c.s.people"
        'on': "other.id = third.id"
filter: "other.third.id IS NOT NULL"
measures:
  - name: "people"
    expr: "count(DISTINCT other.third.id)"
$$;
GRANT SELECT ON VIEW c.s.people_metrics TO `staff`;
