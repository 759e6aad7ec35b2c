-- Scripts may take away what is not there any more, and do nothing else.
CREATE OR REPLACE FUNCTION c.s.mask_birth_date(value DATE) RETURNS DATE RETURN value;
CREATE OR REPLACE FUNCTION c.s.mask_email(value STRING) RETURNS STRING RETURN value;
CREATE OR REPLACE FUNCTION c.s.row_filter_people(id STRING) RETURNS BOOLEAN RETURN id = 'x';

BEGIN
  DECLARE EXIT HANDLER FOR SQLEXCEPTION
  BEGIN
  END;
  REVOKE SELECT ON TABLE c.s.gone FROM `readers`;
  DROP VIEW IF EXISTS c.s.gone_too;
  DROP POLICY p ON SCHEMA c.s;
  ALTER STREAMING TABLE c.s.gone ALTER COLUMN email UNSET TAGS ('pii');
END;

BEGIN
  GRANT SELECT ON TABLE c.s.gone TO `readers`;
END;

REVOKE SELECT ON TABLE c.s.gone FROM `readers`;
