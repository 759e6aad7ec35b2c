"""Runs the scripts of operation on Spark over a small event log, and compares views, alerts and gates with what is
expected.

    .venv/bin/python .ci/operation_check.py GENERATED FIXTURE

FIXTURE holds `events.jsonl` (the event log; `details` is an object here and text in the table) and
`expected/<view>.csv`, all rows of each view, in any order; `expected/alerts.csv` has the value and the verdict of each
alert. Three things of Databricks are spelled out for Spark: a path behind `:` is `get_json_object`, views are temporary,
and the time of day is fixed.
"""

import csv
import json
import re
import sys
from pathlib import Path

import yaml
from pyspark.errors import PySparkException
from pyspark.sql import SparkSession

TARGET = "dev"
NOW = "TIMESTAMP '2026-03-02 12:00:00'"
EVENTS = "timestamp TIMESTAMP, event_type STRING, level STRING, details STRING, " \
    "origin STRUCT<pipeline_id: STRING, update_id: STRING, flow_name: STRING>"
NEWEST_FILES = {
    "customers_raw": "('2026-01-15 09:00:00'), ('2026-02-01 00:00:00')",
    "products_raw": None,
    "sales_orders_raw": "('2026-02-28 11:00:00')",
}
RECONCILED = "('a', 'revenue', 10.00, 10.00)"
BROKEN = ["('b', 'revenue', 10.00, 10.01)", "('b', 'revenue', NULL, 10.00)"]


def for_spark(sql: str) -> str:
    """The statement in the form that Spark takes."""
    sql = re.sub(r"\bdetails:([a-z_.]+)", r"get_json_object(details, '$.\1')", sql)
    sql = sql.replace("CREATE OR REPLACE VIEW", "CREATE OR REPLACE TEMPORARY VIEW")
    sql = sql.replace("current_timestamp()", NOW)
    # Names without catalog and schema: temporary views have none.
    return re.sub(r"(`[^`]*`\.`[^`]*`|\$\{var\.place\})\.(?=\w)", "", sql)


def statements(path: Path) -> list[str]:
    """The statements of a file; no text of theirs holds a semicolon at the end of a line."""
    parts = re.split(r";\s*\n", path.read_text(encoding="utf-8"))
    texts = [part for part in parts if re.sub(r"--.*", "", part).strip()]
    # Who reads the views is proven elsewhere, and Spark has nobody to grant to.
    return [for_spark(text) for text in texts if not re.match(r"\s*(GRANT|REVOKE) ", text)]


def create_sources(spark: SparkSession, fixture: Path) -> None:
    events = []
    for line in (fixture / "events.jsonl").read_text(encoding="utf-8").splitlines():
        event = json.loads(line)
        events.append(json.dumps(event | {"details": json.dumps(event["details"])}))
    log = spark.read.schema(EVENTS).json(spark.sparkContext.parallelize(events))
    log.createOrReplaceTempView("sales_marketing_event_log")
    for name, times in NEWEST_FILES.items():
        rows = f"VALUES {times or '(NULL)'} AS t(at) WHERE at IS NOT NULL"
        spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {name} AS SELECT CAST(at AS TIMESTAMP) AS _file_modified_at FROM {rows}")


def same(found: str, expected: str) -> bool:
    """Whether two values are the same, numbers to three digits."""
    try:
        return abs(float(found) - float(expected)) < 0.001
    except ValueError:
        return found == expected


def shown(value) -> str:
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else str(value)


def compare(name: str, found: list[dict], path: Path) -> None:
    with path.open(encoding="utf-8", newline="") as file:
        expected = list(csv.DictReader(file))
    rows = [{key: shown(value) for key, value in row.items()} for row in found]
    if expected and [list(row) for row in rows[:1]] != [list(expected[0])]:
        raise AssertionError(f"{name}: columns {rows[:1]} are not {list(expected[0])}")
    for row in rows:
        twin = next((e for e in expected if all(same(row[key], e[key]) for key in e)), None)
        if twin is None:
            raise AssertionError(f"{name}: unexpected row {row}")
        expected.remove(twin)
    if expected:
        raise AssertionError(f"{name}: missing rows {expected}")
    print(f"{name}: {len(rows)} rows as expected")


def evaluated(spark: SparkSession, path: Path) -> dict:
    """The value of an alert and whether it is raised."""
    (key, alert), = yaml.safe_load(path.read_text(encoding="utf-8"))["resources"]["alerts"].items()
    evaluation = alert["evaluation"]
    rows = spark.sql(for_spark(alert["query_text"])).collect()
    value = rows[0][evaluation["source"]["name"]] if rows else None
    limit = evaluation["threshold"]["value"]["double_value"]
    over = {"GREATER_THAN": lambda: value > limit, "LESS_THAN": lambda: value < limit}[evaluation["comparison_operator"]]
    return {"alert": key.removesuffix("_alert"), "value": value, "raised": value is not None and over()}


def check_gate(spark: SparkSession, path: Path) -> None:
    """A gate passes what reconciles and stops what does not."""
    query, = statements(path)
    table = path.stem.removeprefix("gate_") + "_reconciliation"
    for rows, fails in [(RECONCILED, False), *((f"{RECONCILED}, {broken}", True) for broken in BROKEN)]:
        columns = "dataset, measure, actual, expected"
        spark.sql(f"CREATE OR REPLACE TEMPORARY VIEW {table} AS SELECT * FROM VALUES {rows} AS t({columns})")
        try:
            spark.sql(query).collect()
            failed = False
        except PySparkException as error:
            failed = "do not reconcile" in str(error)
        if failed != fails:
            raise AssertionError(f"{path.name}: {'passes' if fails else 'stops'} {rows}")
    print(f"{path.name}: passes what reconciles, stops what does not")


def main() -> int:
    generated, fixture = map(Path, sys.argv[1:])
    builder = SparkSession.builder.master("local[1]").config("spark.sql.session.timeZone", "UTC")
    spark = builder.config("spark.ui.enabled", "false").config("spark.sql.shuffle.partitions", "1").getOrCreate()
    scripts = generated / "operation" / TARGET
    try:
        create_sources(spark, fixture)
        for name in ["events.sql", "freshness.sql"]:
            for statement in statements(scripts / name):
                spark.sql(statement)
        views = {path.stem: path for path in sorted((fixture / "expected").glob("operation_*.csv"))}
        created = {table.name for table in spark.catalog.listTables() if table.name.startswith("operation_")}
        if created != set(views):
            raise AssertionError(f"views {sorted(created)}, expected rows for {sorted(views)}")
        for name, path in views.items():
            compare(name, [row.asDict() for row in spark.table(name).collect()], path)
        alerts = sorted((generated / "bundle" / "resources").glob("*.alert.yml"))
        compare("alerts", [evaluated(spark, path) for path in alerts], fixture / "expected" / "alerts.csv")
        for gate in sorted(scripts.glob("gate_*.sql")):
            check_gate(spark, gate)
    finally:
        spark.stop()
    return 0


if __name__ == "__main__":
    sys.exit(main())
