{{ header }}
CREATE OR REPLACE VIEW {{ view }}
COMMENT 'The build that tables and views are those of'
AS
SELECT {{ release }} AS release;
