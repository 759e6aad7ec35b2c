"""Records how Spark 4.3 reads each column of `tests/parquet/types.parquet` as each type: parquet_types.py > parquet.jsonl

A line is a column, a type, and the values as texts, or null where Spark refuses. Files of other programs count days in the
calendar of today, as `read_files` is told.
"""

import json
from pathlib import Path

import record

TYPES = [
    "STRING", "BIGINT", "FLOAT", "DOUBLE", "DECIMAL(8,2)", "DECIMAL(14,4)", "DECIMAL(38,10)", "BOOLEAN", "DATE", "TIMESTAMP",
    "TIMESTAMP_NTZ",
]  # fmt: skip


def main():
    spark, path = record.session(), str(Path(__file__).parent.parent / "parquet" / "types.parquet")
    spark.conf.set("spark.sql.session.timeZone", "UTC")
    options = {"datetimeRebaseMode": "CORRECTED", "int96RebaseMode": "CORRECTED"}
    for name in spark.read.parquet(path).columns:
        for kind in TYPES:
            try:
                rows = spark.read.options(**options).schema(f"`{name}` {kind}").parquet(path)
                values = [row[0] for row in rows.selectExpr(f"CAST(`{name}` AS STRING)").collect()]
            except Exception:
                values = None
            print(json.dumps({"column": name, "type": kind, "values": values}))


if __name__ == "__main__":
    main()
