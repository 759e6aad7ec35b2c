MERGE WITH SCHEMA EVOLUTION INTO target AS t
USING (SELECT id, max(at) AS at FROM source WHERE at > '2024-01-01' GROUP BY id) AS s
ON t.id = s.id AND t.region = s.region
WHEN MATCHED AND s.deleted THEN DELETE
WHEN MATCHED AND s.at > t.at THEN UPDATE SET
  t.at = s.at,
  t.name = s.name,
  t.a_column_with_a_long_name = coalesce(s.a_column_with_a_long_name, t.a_column_with_a_long_name)
WHEN NOT MATCHED THEN INSERT (id, at, name) VALUES (s.id, s.at, s.name)
WHEN NOT MATCHED BY SOURCE AND t.at < current_date() - INTERVAL 1 YEAR THEN DELETE;

MERGE INTO a
USING b
ON a.id = b.id
WHEN MATCHED THEN UPDATE SET *
WHEN NOT MATCHED THEN INSERT *;
