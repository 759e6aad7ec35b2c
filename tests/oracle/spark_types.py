"""Compares the columns that generated SQL declares with those that Spark infers from the queries.

    python3 tests/oracle/spark_types.py generated/pipeline spark_check.json

The second argument is the JSON report of the analyser (`--json`). Names, order and types must be equal: Lakeflow casts
a query to the declared list without a word, so a type that differs would be a silent conversion. Nullability is not
compared, because a declared column is nullable unless it says otherwise.
"""

import json
import re
import sys
from pathlib import Path

CREATE = re.compile(r"CREATE (?:OR REFRESH )?(?:PRIVATE )?(?:STREAMING TABLE|MATERIALIZED VIEW) (`[^`]+`|\w+) \(")
COLUMN = re.compile(r"\s*(`[^`]+`|\w+)\s+(.*)", re.DOTALL)
WORD = re.compile(r"\w+")


def items(text: str) -> list[str]:
    """The parts between commas of a list whose opening parenthesis has been read, up to the closing one."""
    depth, quoted, start, parts = 1, False, 0, []
    for index, char in enumerate(text):
        if char == "'" and text[index - 1] != "\\":
            quoted = not quoted
        if quoted:
            continue
        depth += (char in "(<") - (char in ")>")
        if char == "," and depth == 1 or depth == 0:
            parts.append(text[start:index])
            start = index + 1
        if depth == 0:
            return parts
    raise ValueError("a list without an end")


def type_of(text: str) -> str:
    """The type at the start of a column's definition: a word, and what stands in brackets after it."""
    word = WORD.match(text)
    if word is None:
        raise ValueError(f"no type in {text!r}")
    depth, end = 0, word.end()
    while end < len(text) and (depth > 0 or text[end] in "(<"):
        depth += (text[end] in "(<") - (text[end] in ")>")
        end += 1
    return plain(text[:end])


def plain(text: str) -> str:
    return re.sub(r"\s*([:,<>()])\s*", r"\1", text).upper()


def declared(sql: str) -> dict[str, list[tuple[str, str]]]:
    """The declared columns of every dataset that declares any."""
    found = {}
    for create in CREATE.finditer(sql):
        columns = []
        for item in items(sql[create.end() :]):
            if item.split()[0] in ("CONSTRAINT", "PRIMARY", "FOREIGN"):
                continue
            name, rest = COLUMN.fullmatch(item).groups()
            columns.append((name.strip("`").lower(), type_of(rest)))
        if columns:
            found[create[1].strip("`")] = columns
    return found


def main() -> int:
    pipeline, report = Path(sys.argv[1]), Path(sys.argv[2])
    inferred = {
        item["name"].split(":")[1]: [(name.lower(), plain(ty)) for name, ty, _ in item["schema"]]
        for item in json.loads(report.read_text())
        if item.get("schema")
    }
    compared = failed = 0
    for path in sorted(pipeline.rglob("*.sql")):
        for dataset, columns in declared(path.read_text(encoding="utf-8")).items():
            compared += 1
            if inferred.get(dataset) != columns:
                failed += 1
                print(f"{path}: {dataset} declares {columns}, Spark finds {inferred.get(dataset)}")
    print(f"{compared - failed} passed, {failed} failed")
    return 1 if failed or not compared else 0


if __name__ == "__main__":
    sys.exit(main())
