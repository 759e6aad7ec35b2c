{{ header }}
CREATE TEMPORARY VIEW {{ name }}
COMMENT {{ comment }}
AS
SELECT
{%- for column in columns %}
  {{ column }},
{%- endfor %}
  _file_modified_at,
  _file_name
FROM STREAM {{ checked }}
WHERE NOT _quarantined;
