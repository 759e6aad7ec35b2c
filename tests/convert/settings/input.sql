SET first_day = '2024-01-01';
SET spark.sql.session.timeZone = UTC;
SET pipelines.trigger.interval = 5 seconds;
-- ${landing} is given, ${nothing} is a comment.
CREATE STREAMING TABLE ${catalog}.bronze.orders AS SELECT * FROM STREAM ${catalog}.raw.orders WHERE day >= ${first_day};
CREATE MATERIALIZED VIEW v AS SELECT '${prefix}/x' AS path, {{ limit }} AS n, :region AS region FROM orders;
CREATE MATERIALIZED VIEW w AS SELECT ${nowhere} AS a, '${nowhere}' AS b FROM orders WHERE c = :nothing;
CREATE MATERIALIZED VIEW x AS SELECT * FROM IDENTIFIER(:source) WHERE id = ?;
SET base = ${prefix}/base;
SET dir = ${base}/${limit};
SET base = elsewhere;
SET broken = ${nowhere}/x;
CREATE MATERIALIZED VIEW y AS SELECT '${dir}' AS dir, '${whole}' AS whole, $limit AS n, '$limit' AS text FROM $catalog.s.t;
CREATE MATERIALIZED VIEW z AS SELECT $nothing, '${broken}', '${round}' FROM orders;
