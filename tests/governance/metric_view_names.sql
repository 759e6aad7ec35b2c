CREATE OR REPLACE FUNCTION c.s.mask_email(value STRING) RETURNS STRING RETURN '***';
CREATE OR REPLACE FUNCTION c.s.mask_birth_date(value DATE) RETURNS DATE RETURN CAST(NULL AS DATE);
CREATE OR REPLACE FUNCTION c.s.row_filter_people(id STRING) RETURNS BOOLEAN RETURN id = 'x';
CREATE OR REPLACE VIEW c.s.no_names WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
joins:
  - name: "towns"
    source: "c.s.towns"
    'on': "source.town = towns.town"
filter: "source.id"
dimensions:
  - name: "mail"
    expr: "source.mail"
measures:
  - name: "people"
    expr: "count(source.nobody)"
$$;
