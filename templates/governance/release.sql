{{ head }}
CREATE OR REPLACE FUNCTION {{ name }}()
RETURNS STRING
COMMENT 'Names the statements that were applied before the pipeline'
RETURN {{ release }};
{% if let Some(owner) = owner %}
ALTER FUNCTION {{ name }} OWNER TO {{ owner }};
{%- endif %}
{%- for principal in callers %}
GRANT EXECUTE ON FUNCTION {{ name }} TO {{ principal }};
{%- endfor %}
