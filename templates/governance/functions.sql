{{ head }}
{%- for function in functions %}
{% filter item(0) %}CREATE OR REPLACE FUNCTION {{ function.name }}({{ function.parameters }}){% endfilter %}
RETURNS {{ function.returns }}
{%- if function.deterministic %}
DETERMINISTIC
{%- endif %}
COMMENT {{ function.comment }}
{%- if function.unless.is_empty() %}
{% filter item(0) %}RETURN {{ function.masked }}{% endfilter %};
{%- else if function.masks %}
{% filter item(0) %}RETURN CASE
{%- for condition in function.unless %}
  WHEN {{ condition }} THEN value
{%- endfor %}
  ELSE {{ function.masked }}
END{% endfilter %};
{%- else %}
{% filter item(0) %}RETURN {{ function.unless.join("\n  OR ") }}{% endfilter %};
{%- endif %}
{%- if !function.callers.is_empty() || owner.is_some() %}
{% endif %}
{%- if let Some(owner) = owner %}
ALTER FUNCTION {{ function.name }} OWNER TO {{ owner }};
{%- endif %}
{%- for principal in function.callers %}
GRANT EXECUTE ON FUNCTION {{ function.name }} TO {{ principal }};
{%- endfor %}
{% endfor %}
