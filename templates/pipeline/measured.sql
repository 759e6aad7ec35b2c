SELECT
{%- for column in body.columns %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
FROM {{ body.from }}
{%- for join in body.joins %}
{{ join }}
{%- endfor %}
{%- for condition in body.conditions %}
{% if loop.first %}WHERE {% else %}  AND {% endif %}{{ condition }}
{%- endfor %}
{%- if !body.group_by.is_empty() %}
GROUP BY
{%- for column in body.group_by %}
  {{ column }}{% if !loop.last %},{% endif %}
{%- endfor %}
{%- endif %}
