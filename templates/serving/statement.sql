SELECT
{%- for column in columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
FROM {{ table }}
WHERE {% for condition in conditions %}{% if !loop.first %}
  AND {% endif %}{{ condition }}{% endfor %}
ORDER BY {{ order|join(", ") }}
LIMIT :page_size
