"""The check by Spark's analyser finds each fault that is planted, and none in the pipeline without it."""

import importlib.util
import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / ".ci"))
import spark_check

PIPELINE = """
CREATE OR REFRESH STREAMING TABLE raw (id STRING, n STRING, _r STRING) AS SELECT id, n, _r
FROM STREAM read_files('${landing}/a.csv', schema => 'id STRING, n STRING', rescuedDataColumn => '_r');
CREATE OR REFRESH STREAMING TABLE typed (id STRING, n INT, CONSTRAINT known EXPECT (n IS NOT NULL))
AS SELECT id, try_cast(n AS INT) AS n FROM STREAM raw;
CREATE OR REFRESH STREAMING TABLE current (id STRING, n INT);
CREATE FLOW f AS AUTO CDC INTO current
FROM STREAM(typed)
KEYS (id)
SEQUENCE BY n
COLUMNS (id, n)
STORED AS SCD TYPE 1;
CREATE OR REFRESH MATERIALIZED VIEW total (n BIGINT) AS SELECT sum(n) AS n FROM current;
CREATE OR REFRESH MATERIALIZED VIEW people (
  CONSTRAINT column_types EXPECT (coalesce(_column_types = 'No int, paid decimal(9,2)', FALSE)) ON VIOLATION FAIL UPDATE
) AS SELECT No AS id, concat_ws(', ', concat('No ', typeof(No)), concat('paid ', typeof(paid))) AS _column_types
FROM crm.`all people`;
"""

# What is replaced by what, and a word of what is said.
FAULTS = [
    ("sum(n) AS n FROM current", "sum(m) AS n FROM current", "UNRESOLVED_COLUMN"),
    ("total (n BIGINT)", "total (n INT)", "declares"),
    ("total (n BIGINT)", "total (m BIGINT)", "declares"),
    ("sum(n) AS n FROM current", "n AS n, n AS N FROM current", "two columns"),
    ("AS n FROM STREAM raw", "AS n FROM raw", "streaming table over a table"),
    ("AS SELECT sum(n) AS n FROM current", "AS SELECT n FROM STREAM typed", "materialized view over a stream"),
    ("AS n FROM STREAM raw", "AS n FROM STREAM raw ORDER BY id", "orting"),
    ("EXPECT (n IS NOT NULL)", "EXPECT (n > 0)", "may be NULL"),
    ("EXPECT (n IS NOT NULL)", "EXPECT (1)", "INT"),
    ("SEQUENCE BY n", "SEQUENCE BY moment", "UNRESOLVED_COLUMN"),
    ("KEYS (id)", "KEYS (key)", "UNRESOLVED_COLUMN"),
    ("try_cast(n AS INT) AS n", "NULL AS n", "no type"),
    ("try_cast(n AS INT)", "try_cast(n AS)", "PARSE_SYNTAX_ERROR"),
    ("FROM STREAM raw", "FROM STREAM total", "reads itself"),
    ("SELECT No AS id", "SELECT Number AS id", "UNRESOLVED_COLUMN"),
    ("typeof(paid)", "typeof(No)", "a table of the declared types has `No int, paid int`"),
]


@unittest.skipUnless(importlib.util.find_spec("pyspark"), "needs pyspark: .ci/run spark")
class Faults(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.warehouse = tempfile.TemporaryDirectory()
        cls.analyser = spark_check.Analyser(cls.warehouse.name)
        cls.databases = 0

    @classmethod
    def tearDownClass(cls):
        cls.analyser.spark.stop()
        cls.warehouse.cleanup()

    def faults(self, sql):
        Faults.databases += 1
        for statement in ("CREATE DATABASE", "USE"):
            self.analyser.spark.sql(f"{statement} planted_{self.databases}")
        return spark_check.pipeline_faults(self.analyser, [sql])[1]

    def test_nothing_is_wrong_with_the_pipeline(self):
        self.assertEqual(self.faults(PIPELINE), [])

    def test_each_planted_fault_is_found(self):
        for right, wrong, word in FAULTS:
            with self.subTest(wrong):
                self.assertEqual(PIPELINE.count(right), 1)
                self.assertIn(word, "\n".join(self.faults(PIPELINE.replace(right, wrong))))


if __name__ == "__main__":
    unittest.main()
