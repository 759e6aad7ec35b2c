{{ head }}
{%- for function in functions %}
CREATE OR REPLACE FUNCTION {{ function.name }}({{ function.parameters }})
RETURNS {{ function.returns }}
{%- if function.deterministic %}
DETERMINISTIC
{%- endif %}
COMMENT {{ function.comment }}
{%- if function.unless.is_empty() %}
RETURN {{ function.masked }};
{%- else if function.masks %}
RETURN CASE
{%- for condition in function.unless %}
  WHEN {{ condition }} THEN value
{%- endfor %}
  ELSE {{ function.masked }}
END;
{%- else %}
RETURN {{ function.unless.join("\n  OR ") }};
{%- endif %}
{%- for principal in function.callers %}
GRANT EXECUTE ON FUNCTION {{ function.name }} TO {{ principal }};
{%- endfor %}
{% endfor %}
