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
CREATE OR REPLACE VIEW c.s.odd_format WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
measures:
  - name: "people"
    expr: "count(1)"
    format: { type: number, decimals: 2 }
$$;
CREATE OR REPLACE VIEW c.s.odd_places WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
measures:
  - name: "people"
    expr: "count(1)"
    format: { type: number, decimal_places: { type: precise, places: 2 } }
$$;
CREATE OR REPLACE VIEW c.s.odd_code WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
measures:
  - name: "people"
    expr: "count(1)"
    format: { type: currency, currency_code: euro }
$$;
CREATE OR REPLACE VIEW c.s.odd_count WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
measures:
  - name: "people"
    expr: "count(1)"
    format: { type: number, decimal_places: { type: exact, places: 99 } }
$$;
CREATE OR REPLACE VIEW c.s.odd_flag WITH METRICS LANGUAGE YAML AS
$$
version: 1.1
source: "c.s.people"
measures:
  - name: "people"
    expr: "count(1)"
    format: { type: number, hide_group_separator: perhaps }
$$;
