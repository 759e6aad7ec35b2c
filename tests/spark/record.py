"""Records what Spark 4.3 answers: record.py FILE.jsonl, with pyspark 4.3 and Java 17.

The first line of the file holds `setup`; every other line a `label` and a query `sql`. The rest of each line is asked
of Spark (ANSI on, UTC) and written back. With `-`, lines come from standard input and go to standard output.
"""

import datetime
import decimal
import json
import logging
import os
import re
import sys
import time

os.environ["TZ"] = "UTC"
time.tzset()

from pyspark.sql import Row, SparkSession  # noqa: E402  (reads the time zone when it is loaded)

NOTE = (
    "Each line: a query, and what Apache Spark 4.3.0 (ANSI on, session time zone UTC) answers. `setup` lines create the"
    " tables. rows: rows joined by ' / ', columns by ' ; '. ok=false: Spark refuses the query."
)


def session():
    # Each query that is refused would be logged with its Java stack.
    logging.disable(logging.CRITICAL)
    settings = {
        "spark.ui.enabled": "false",
        "spark.log.level": "OFF",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "1",
        # Queries are many and small: compiling each costs more than running it.
        "spark.sql.codegen.wholeStage": "false",
        "spark.sql.codegen.factoryMode": "NO_CODEGEN",
        "spark.sql.pyspark.jvmStacktrace.enabled": "false",
    }
    builder = SparkSession.builder.master("local[1]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def shown(value, kind=None):
    if value is None:
        return "NULL"
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    if isinstance(value, decimal.Decimal):
        # Spark leaves some values with other digits than those of their type.
        scale = kind.scale if kind else max(0, -value.as_tuple().exponent)
        return format(value, f".{scale}f")
    if isinstance(value, float):
        # As Rust writes it.
        return re.sub(r"e([+-])0*", lambda m: "e" + m[1].strip("+"), repr(value)).replace("nan", "NaN")
    if isinstance(value, bytearray):
        return value.hex()
    if isinstance(value, Row):
        return "{" + ", ".join(f"{name}: {shown(item)}" for name, item in zip(value.__fields__, value)) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(shown(item) for item in value) + "]"
    if isinstance(value, dict):
        return "{" + ", ".join(sorted(f"{shown(k)}: {shown(v)}" for k, v in value.items())) + "}"
    return str(value)


def answer(spark, case):
    """The line with Spark's answer; None for what can't be told: see below."""
    try:
        frame = spark.sql(case["sql"])
        types = ", ".join(f"{field.name}:{field.dataType.simpleString()}" for field in frame.schema.fields)
        kinds = [field.dataType if field.dataType.typeName() == "decimal" else None for field in frame.schema.fields]
        rows = " / ".join(" ; ".join(map(shown, row, kinds)) for row in frame.collect())
    except (ValueError, OverflowError):  # a year that Python has no date for
        return None
    except Exception as fault:  # Spark has no common class for what it refuses
        if case["label"].startswith("expression ") and "UNRESOLVED_ROUTINE" in str(fault):
            return None  # Databricks has it
        return {"label": case["label"], "ok": False, "sql": case["sql"]}
    return {"label": case["label"], "ok": True, "types": types, "rows": rows, "sql": case["sql"]}


def main(path):
    lines = (sys.stdin if path == "-" else open(path, encoding="utf-8")).read().splitlines()
    cases = [json.loads(line) for line in lines if line]
    spark = session()
    setup = cases.pop(0)["setup"] if cases and "setup" in cases[0] else []
    for sql in setup:
        spark.sql(sql)
    written = [{"note": NOTE, "setup": setup}] + [line for case in cases if (line := answer(spark, case))]
    text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in written)
    if path == "-":
        sys.stdout.write(text)
    else:
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)


if __name__ == "__main__":
    main(sys.argv[1])
