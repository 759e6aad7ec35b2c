"""Copies pipeline SQL into one flat directory, in the form that Spark's analyser can resolve without a workspace.

    python3 .ci/spark_copy.py FROM TO

Two things exist on Databricks only, and their effect on column names is spelled out in the copy:

- `rescuedDataColumn => 'c'` adds a column to what `read_files` returns; the copy adds it to `schema`.
- AUTO CDC fills its target; the copy appends a query with the same columns, so that readers of the target, and the
  columns that it declares, are checked against what the flow really delivers.

Two more guard a table and change nothing that the analyser looks at; they are left out: `MASK f` of a column, and
`WITH ROW FILTER f ON (..)`.

Everything else is copied byte for byte. A statement of these kinds that the patterns here do not take is an error.
"""

import re
import sys
from pathlib import Path

RESCUE = re.compile(r"rescuedDataColumn => '(\w+)'")
SCHEMA = re.compile(r"(schema => '(?:[^'\\]|\\.)*)'")
AUTO_CDC = re.compile(
    r"CREATE FLOW \S+ AS AUTO CDC INTO (?P<target>\S+)\n"
    r"FROM STREAM\((?P<source>\S+)\)\n"
    r"(?:.*\n)*?"
    r"COLUMNS (?P<columns>\* EXCEPT \(.*\)|\(.*\))\n"
    r"STORED AS SCD TYPE (?P<type>[12])"
)
GUARDS = re.compile(r"(?<=\S) MASK \w+(?=,|\n| COMMENT )|\nWITH ROW FILTER \S+ ON \([^)\n]*\)(?=;|\n)")
HISTORY = "CAST(NULL AS STRUCT<moment: TIMESTAMP>) AS __START_AT, CAST(NULL AS STRUCT<moment: TIMESTAMP>) AS __END_AT"


def spell_out(sql: str) -> str:
    """The text of a file with both effects spelled out."""
    if rescue := RESCUE.search(sql):
        sql, count = SCHEMA.subn(rf"\1, {rescue[1]} STRING'", sql)
        if count != 1:
            raise ValueError(f"{count} schemas beside a rescued data column")
    flows = list(AUTO_CDC.finditer(sql))
    if len(flows) != sql.count("AUTO CDC INTO"):
        raise ValueError("an AUTO CDC flow in an unknown form")
    sql = GUARDS.sub("", sql)
    if re.search(r"^[^'-]*\b(MASK|ROW FILTER) ", sql, re.MULTILINE):
        raise ValueError("a mask or row filter in an unknown form")
    return sql + "".join(map(stand_in, flows))


def stand_in(flow: re.Match[str]) -> str:
    columns = flow["columns"] if flow["columns"].startswith("*") else flow["columns"].strip("()")
    if flow["type"] == "2":
        columns += f", {HISTORY}"
    return f"\nCREATE STREAMING TABLE {flow['target']} AS SELECT {columns} FROM STREAM {flow['source']};\n"


def main() -> int:
    source, target = map(Path, sys.argv[1:])
    target.mkdir(parents=True, exist_ok=True)
    for path in sorted(source.rglob("*.sql")):
        copy = target / path.name
        if copy.exists():
            print(f"{path}: another file has this name", file=sys.stderr)
            return 1
        try:
            copy.write_text(spell_out(path.read_text(encoding="utf-8")), encoding="utf-8")
        except ValueError as fault:
            print(f"{path}: {fault}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
