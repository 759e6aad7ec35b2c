{{ head }}
{%- for policy in policies %}
CREATE OR REPLACE POLICY {{ policy.name }} ON SCHEMA {{ policy.schema }}
COMMENT {{ policy.comment }}
COLUMN MASK {{ policy.function }}
TO {{ everybody }}
{%- if !policy.except.is_empty() %}
EXCEPT {{ policy.except }}
{%- endif %}
FOR TABLES
{% filter item(0) %}MATCH COLUMNS has_tag_value('pii', {{ policy.kind }}) AND has_tag_value('pii_type', {{ policy.ty }}) AS personal{% endfilter %}
ON COLUMN personal;
{% endfor %}
