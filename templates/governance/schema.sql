{{ head }}
CREATE SCHEMA IF NOT EXISTS {{ schema }};
COMMENT ON SCHEMA {{ schema }} IS {{ comment }};
{%- if let Some(volume) = volume %}

CREATE VOLUME IF NOT EXISTS {{ volume }};
COMMENT ON VOLUME {{ volume }} IS {{ volume_comment }};
{%- endif %}
