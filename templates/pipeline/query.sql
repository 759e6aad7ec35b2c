{{ header }}
CREATE TEMPORARY VIEW {{ name }}
COMMENT {{ comment }}
AS
{{ query }}
;
