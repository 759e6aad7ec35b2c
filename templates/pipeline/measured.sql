{% filter columns(*level, body.columns.len()) %}SELECT
{%- for column in body.columns %}
{{ pad }}  {% filter item(level + 1) %}{{ column }}{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}{% endfilter %}
{{ pad }}FROM {{ body.from }}
{%- for join in body.joins %}
{{ pad }}{{ join|clause(*level) }}
{%- endfor %}
{%- if !body.conditions.is_empty() %}
{{ pad }}{% filter clause(*level) %}WHERE {% for condition in body.conditions %}{% if !loop.first %}
{{ pad }}  AND {% endif %}{{ condition }}{% endfor %}{% endfilter %}
{%- endif %}
{%- if !body.group_by.is_empty() %}
{{ pad }}{% filter columns(*level, body.group_by.len()) %}GROUP BY
{%- for column in body.group_by %}
{{ pad }}  {% filter item(level + 1) %}{{ column }}{% if !loop.last %},{% endif %}{% endfilter %}
{%- endfor %}{% endfilter %}
{%- endif %}
