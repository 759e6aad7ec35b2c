"""Shows converted SQL to Spark: its parser has to take every statement; tables that a pipeline needs are made.

    python3 .ci/convert_check.py STATEMENTS [SETUP]

STATEMENTS holds the lines of JSON that `gen sql convert --json` writes, SETUP is a setup.sql. The session, and the catalog
that SETUP writes into, are those of SPARK_CONF_DIR.
"""

import json
import sys
from pathlib import Path

from pyspark.sql import SparkSession


def statements(path: Path) -> list[tuple[str, str]]:
    """Place and text of every statement."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        place = f"{entry['file']}:{entry.get('line', '')}"
        if entry["kind"] == "statement":
            found += [(place, sql) for sql in entry["sql"]]
        elif entry["kind"] == "setup":
            found.append((place, entry["sql"]))
    return found


def refusal(error: Exception) -> str:
    """The first line of what Spark says that is not empty."""
    text = str(getattr(error, "java_exception", error))
    return next((line for line in text.splitlines() if line.strip()), "no reason given")


def main() -> int:
    spark = SparkSession.builder.master("local[2]").appName("convert").getOrCreate()
    spark.sparkContext.setLogLevel("OFF")
    parser = spark._jsparkSession.sessionState().sqlParser()
    all_statements = statements(Path(sys.argv[1]))
    faults = 0
    for place, sql in all_statements:
        try:
            parser.parsePlan(sql)
        except Exception as error:
            faults += 1
            print(f"{place}: {refusal(error)}\n{sql}\n", file=sys.stderr)
    for setup in sys.argv[2:]:
        text = Path(setup).read_text(encoding="utf-8")
        for sql in filter(None, (part.strip() for part in text.split(";\n"))):
            spark.sql(sql)
    print(f"Spark's parser takes {len(all_statements) - faults} of {len(all_statements)} statements")
    spark.stop()
    return 1 if faults or not all_statements else 0


if __name__ == "__main__":
    sys.exit(main())
