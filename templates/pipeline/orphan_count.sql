SELECT
{{ pad }}  {{ reference.entity }} AS entity,
{{ pad }}  {{ reference.column }} AS reference_column,
{{ pad }}  {{ reference.referenced }} AS referenced_entity,
{{ pad }}  {% filter item(level + 1) %}(
{{ pad }}    SELECT count(*)
{{ pad }}    FROM {{ reference.orphans }}
{{ pad }}    WHERE array_contains(_missing, {{ reference.column }})
{{ pad }}  ) AS orphan_rows{% endfilter %}
