"""Runs the generated queries of random projects on Spark, over the tables of a local run, and compares rows and types.

    $(.ci/python.sh 'pyspark==4.3.0' 'pandas<3') tests/random/spark.py --gen target/debug/gen --seeds 1..100

Dataset by dataset: the inputs are the tables that `gen run` wrote, so a difference belongs to this very query. Left out
are queries over files, and the views and tables of AUTO CDC: what they do is no query. Exits 1 when a project differs.
"""

import argparse
import re
import shutil
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from pyspark.sql import DataFrame, SparkSession

import expect
import silver
from grow import grow
from judge import SHOWN, run
from run import seeds
from write import write

QUERY = re.compile(r"\nAS\n(?P<query>.*);\s*\Z", re.DOTALL)
NAME = re.compile(r"^CREATE .*?(?:STREAMING TABLE|MATERIALIZED VIEW) (?P<name>`[^`]+`|\w+)", re.MULTILINE)
STREAM = re.compile(r"\bFROM STREAM (`[^`]+`|\w+)")
# Rows that break such an expectation are no rows of the table.
DROPPED = re.compile(r"EXPECT \((?P<condition>[^\n]*)\)\s+ON VIOLATION DROP ROW")


def session() -> SparkSession:
    settings = {
        "spark.ui.enabled": "false",
        "spark.log.level": "OFF",
        "spark.driver.memory": "1g",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.ansi.enabled": "true",
        "spark.sql.shuffle.partitions": "1",
        "spark.sql.adaptive.enabled": "false",
        "spark.driver.extraJavaOptions": "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC -Xshare:auto -Duser.timezone=UTC",
    }
    builder = SparkSession.builder.master("local[1]")
    for key, value in settings.items():
        builder = builder.config(key, value)
    return builder.getOrCreate()


def prepared(seed: int, gen: Path, without: frozenset[str], place: Path) -> Path | None:
    """A folder in which a project ran; None where it is refused or stopped."""
    project, folder = grow(seed, without), place / str(seed)
    try:
        expect.compute(project)
    except silver.Stopped:
        return None
    write(project, folder)
    for arguments in (["build", "-q"], ["run", "--landing", "landing", "-q"]):
        if run(gen, folder, *arguments).returncode != 0:
            return None
    return folder


def compare(spark: SparkSession, folder: Path) -> tuple[int, list[str]]:
    """How many datasets were compared, and what differs."""
    warehouse = folder / ".gen/warehouse"
    tables = [table for table in warehouse.glob("*.parquet") if not table.stem.endswith("_clean")]
    for table in tables:
        spark.read.parquet(str(table)).createOrReplaceTempView(f"`{table.stem}`")
    compared, lines = 0, []
    for path in sorted(folder.glob("generated/pipeline/**/*.sql")):
        text = path.read_text(encoding="utf-8")
        query = QUERY.search(text)
        found = NAME.search(text)
        if query is None or found is None or "read_files" in text:
            continue
        name = found["name"].strip("`")
        try:
            computed = spark.sql(with_expectations(STREAM.sub(r"FROM \1", query["query"]), text))
            lines += differences(name, computed, spark.read.parquet(str(warehouse / f"{name}.parquet")))
        except Exception as fault:  # noqa: BLE001
            lines.append(f"{name}: {str(fault).splitlines()[0][:300]}")
        compared += 1
    for table in tables:
        spark.catalog.dropTempView(table.stem)
    return compared, lines


def with_expectations(query: str, statement: str) -> str:
    conditions = [found["condition"] for found in DROPPED.finditer(statement)]
    if not conditions:
        return query
    return f"SELECT * FROM (\n{query}\n) WHERE " + " AND ".join(f"({condition})" for condition in conditions)


def differences(name: str, computed: DataFrame, stored: DataFrame) -> list[str]:
    """Names, types and rows, these in no particular order."""
    columns, wanted = ([(f.name, f.dataType.simpleString()) for f in frame.schema] for frame in (computed, stored))
    if columns != wanted:
        pairs = [f"{a} on Spark, {b} here" for a, b in zip(columns, wanted) if a != b]
        return [f"{name}: columns differ: " + "; ".join(pairs[:SHOWN] or ["another number of them"])]
    there, here = (Counter(repr(row) for row in frame.collect()) for frame in (computed, stored))
    if there == here:
        return []
    shown = [f"{name}: {sum((there - here).values())} rows on Spark alone, {sum((here - there).values())} here alone"]
    shown += [f"  Spark {row}" for row in list((there - here).elements())[:SHOWN]]
    return shown + [f"  here  {row}" for row in list((here - there).elements())[:SHOWN]]


def main() -> int:
    parser = argparse.ArgumentParser(description="generated queries of random projects on Spark")
    parser.add_argument("--gen", type=Path, required=True, help="the `gen` program")
    parser.add_argument("--seeds", type=seeds, default=seeds("1..20"), help="such as 1..100")
    parser.add_argument("--without", default="", help="features that are left out, separated by commas")
    parser.add_argument("--stop-at", type=int, default=100, help="how many projects are enough")
    arguments = parser.parse_args()
    without = frozenset(filter(None, arguments.without.split(",")))
    spark, place = session(), Path(tempfile.mkdtemp(prefix="random-spark-"))
    equal = different = skipped = datasets = 0
    gen = arguments.gen.resolve()
    with ThreadPoolExecutor(1) as pool:
        # One project is made while Spark looks at the one before.
        folders = pool.map(lambda seed: (seed, prepared(seed, gen, without, place)), arguments.seeds)
        for seed, folder in folders:
            if folder is None:
                skipped += 1
                continue
            compared, lines = compare(spark, folder)
            datasets += compared
            equal, different = equal + (not lines), different + bool(lines)
            if lines:
                print(f"seed {seed}:", *lines, sep="\n    ", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            if equal + different >= arguments.stop_at:
                pool.shutdown(wait=False, cancel_futures=True)
                break
    print(
        f"{equal} projects equal on Spark, {different} differ, {skipped} without tables; {datasets} datasets compared"
    )
    spark.stop()
    shutil.rmtree(place, ignore_errors=True)
    return 1 if different or not equal else 0


if __name__ == "__main__":
    sys.exit(main())
