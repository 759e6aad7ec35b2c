"""Pipeline SQL is taken apart as it is meant, and what is not known is refused."""

import sys
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))
import pipeline_sql

TABLE = """
-- a; comment
CREATE OR REFRESH PRIVATE STREAMING TABLE `odd ``name` (
  a STRING MASK mask_a COMMENT 'a; "b", AS',
  `b c` STRUCT<x: DECIMAL(10, 2), y: ARRAY<INT>> NOT NULL,
  CONSTRAINT a_known EXPECT (a <> ')') ON VIOLATION DROP ROW
)
CLUSTER BY (a)
COMMENT 'It\\'s AS text'
AS SELECT CAST(x AS STRING) AS a FROM STREAM t;
"""


class Parts(unittest.TestCase):
    def test_a_dataset_has_columns_expectations_and_a_query(self):
        [dataset], flows = pipeline_sql.read(TABLE)
        self.assertEqual((dataset.kind, dataset.name, flows), ("STREAMING TABLE", "odd `name", []))
        self.assertEqual(dataset.columns, [("a", "STRING"), ("b c", "STRUCT<x: DECIMAL(10, 2), y: ARRAY<INT>>")])
        self.assertEqual(dataset.expectations, [("a_known", "a <> ')'")])
        self.assertEqual(dataset.queries, ["SELECT CAST(x AS STRING) AS a FROM STREAM t"])

    def test_a_history_has_the_columns_of_its_versions(self):
        sql = "CREATE FLOW f AS AUTO CDC INTO t\nFROM STREAM(s)\nKEYS (a, b)\nAPPLY AS DELETE WHEN gone\nSEQUENCE BY n\n"
        _, [flow] = pipeline_sql.read(sql + "COLUMNS * EXCEPT (n)\nSTORED AS SCD TYPE 2;")
        self.assertEqual(flow.query, "SELECT * EXCEPT (n), n AS __START_AT, n AS __END_AT FROM STREAM s")
        self.assertEqual(flow.probe, "SELECT a, b, n, gone FROM STREAM s")

    def test_schemas_of_layers_are_left_out(self):
        sql = "CREATE OR REFRESH MATERIALIZED VIEW ${gold_schema}.t (a INT MASK ${schema}.m)\nAS SELECT a FROM ${bronze_schema}.s;"
        [dataset], _ = pipeline_sql.read(sql)
        self.assertEqual((dataset.name, dataset.queries), ("t", ["SELECT a FROM s"]))

    def test_files_have_the_columns_of_their_schema_and_what_is_rescued(self):
        query = "SELECT * FROM STREAM read_files('${x}/a(b).csv', schema => 'a STRING, b INT', rescuedDataColumn => '_r')"
        [(call, columns)] = pipeline_sql.file_reads(query)
        self.assertEqual(query.replace(call, "f"), "SELECT * FROM STREAM f")
        self.assertEqual(columns, [("a", "STRING"), ("b", "INT"), ("_r", "STRING")])

    def test_what_is_not_known_is_refused(self):
        unknown = [
            "GRANT SELECT ON t TO `g`;",
            "CREATE STREAMING TABLE t SCHEDULE EVERY 1 HOUR AS SELECT 1 AS a;",
            "CREATE STREAMING TABLE t (CONSTRAINT c EXPECT SOME (a > 0)) AS SELECT 1 AS a;",
            "CREATE FLOW f AS AUTO CDC INTO t FROM STREAM(s) SEQUENCE BY n;",
            "CREATE STREAMING TABLE t (a STRING",
        ]
        for sql in unknown:
            with self.subTest(sql), self.assertRaises(ValueError):
                pipeline_sql.read(sql)


if __name__ == "__main__":
    unittest.main()
