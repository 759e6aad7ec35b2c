{{ head }}
{%- for view in views %}
CREATE OR REPLACE VIEW {{ view.name }}
WITH METRICS
LANGUAGE YAML
AS $$
version: 1.1
comment: {{ view.comment }}
source: {{ view.source }}
{%- if !view.joins.is_empty() %}
joins:
{%- for join in view.joins %}
{{ join.indent }}- name: {{ join.name }}
{{ join.indent }}  source: {{ join.source }}
{{ join.indent }}  'on': {{ join.on }}
{%- if join.has_joins %}
{{ join.indent }}  joins:
{%- endif %}
{%- endfor %}
{%- endif %}
{%- if let Some(filter) = view.filter %}
filter: {{ filter }}
{%- endif %}
{%- if !view.dimensions.is_empty() %}
dimensions:
{%- for field in view.dimensions %}
{{ field }}
{%- endfor %}
{%- endif %}
measures:
{%- for field in view.measures %}
{{ field }}
{%- endfor %}
$$;

ALTER VIEW {{ view.name }} SET TAGS ({{ view.tags }});
{%- for principal in view.others %}
REVOKE ALL PRIVILEGES ON VIEW {{ view.name }} FROM {{ principal }};
REVOKE SELECT ON VIEW {{ view.name }} FROM {{ principal }};
{%- endfor %}
{% endfor %}
