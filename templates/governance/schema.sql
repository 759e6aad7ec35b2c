{{ head }}
{%- for schema in schemas %}
CREATE SCHEMA IF NOT EXISTS {{ schema }};
{%- if let Some(owner) = owner %}
ALTER SCHEMA {{ schema }} OWNER TO {{ owner }};
{%- endif %}
COMMENT ON SCHEMA {{ schema }} IS {{ comment }};
{% endfor %}
{%- if let Some(volume) = volume %}
CREATE VOLUME IF NOT EXISTS {{ volume }};
{%- if let Some(owner) = owner %}
ALTER VOLUME {{ volume }} OWNER TO {{ owner }};
{%- endif %}
COMMENT ON VOLUME {{ volume }} IS {{ volume_comment }};
{%- endif %}
