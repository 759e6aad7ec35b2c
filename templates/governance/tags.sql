{{ head }}
{%- for table in tables %}
ALTER {{ table.kind }} {{ table.name }} SET TAGS ({{ table.tags }});
{%- for column in table.columns %}
ALTER {{ table.kind }} {{ table.name }} ALTER COLUMN {{ column.name }} SET TAGS ('pii' = {{ column.kind }}
  {%- if let Some(ty) = column.ty %}, 'pii_type' = {{ ty }}{% endif %});
{%- endfor %}
{% endfor %}
