"""Compares the tables of a warehouse with the oracle's, row by row and column by column.

    python3 tests/oracle/compare.py --landing DIR --warehouse DIR --gen target/debug/gen

Every table is read through `gen query`, as a user would. Prints the first differences of each table that differs,
then `N passed, N failed`, and exits 1 when one failed.
"""

import argparse
import json
import subprocess
import sys
from collections import Counter
from datetime import datetime, timezone
from decimal import Decimal, InvalidOperation
from pathlib import Path

from oracle import Table, canonical, compute

SHOWN = 5
# Where a rescued field came from is the reader's business: the landing directory has another path everywhere.
PATH_OF_RESCUED = "_file_path"


def query(gen: Path, warehouse: Path, table: str) -> list[dict]:
    """All rows of a table of the warehouse. Numbers keep their digits."""
    command = [gen, "query", f"SELECT * FROM {table}", "--warehouse", warehouse, "--format", "json"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise LookupError(f"`gen query` exits {done.returncode}: {done.stderr.strip()}")
    return json.loads(done.stdout, parse_float=Decimal)


def comparable(value: object, kind: str) -> object:
    """A value of either side in the one form of its kind; what does not fit the kind is left as it is."""
    if value is None:
        return None
    try:
        match kind:
            case "decimal":
                return Decimal(str(value))
            case "int":
                return int(str(value))
            case "list":
                return tuple(str(item) for item in value)
            case "timestamp":
                moment = datetime.fromisoformat(str(value))
                return moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
            case "json":
                return tuple(sorted((k, v) for k, v in json.loads(value).items() if k != PATH_OF_RESCUED))
    except (ValueError, TypeError, AttributeError, InvalidOperation):
        pass
    return str(value)


def differences(table: Table, found: list[dict]) -> list[str]:
    """What differs, in words; nothing where the tables are equal as multisets of rows."""
    names = [name for name, _ in table.columns]
    if found and list(found[0]) != names:
        return [f"columns are {list(found[0])}, expected {names}"]
    expected = Counter(
        tuple(comparable(canonical(value), kind) for value, (_, kind) in zip(row, table.columns)) for row in table.rows
    )
    actual = Counter(tuple(comparable(row[name], kind) for name, kind in table.columns) for row in found)
    missing, surplus = list((expected - actual).elements()), list((actual - expected).elements())
    if not missing and not surplus:
        return []
    lines = [f"{len(table.rows)} rows expected, {len(found)} found; {len(missing)} missing, {len(surplus)} unexpected"]
    for row in missing[:SHOWN]:
        nearest = max(surplus, key=lambda other: sum(map(lambda a, b: a == b, row, other)), default=None)
        lines.append(describe(names, row, nearest))
    if not missing:
        lines += [f"unexpected {dict(zip(names, map(shown, row)))}" for row in surplus[:SHOWN]]
    return lines


def describe(names: list[str], row: tuple, nearest: tuple | None) -> str:
    """A missing row, and in which columns the unexpected row that is most like it differs."""
    text = f"missing {dict(zip(names, map(shown, row)))}"
    if nearest is None or all(a != b for a, b in zip(row, nearest)):
        return text
    columns = [f"{name} is {shown(b)}" for name, a, b in zip(names, row, nearest) if a != b]
    return f"{text}; nearest: {', '.join(columns)}"


def shown(value: object) -> object:
    return str(value) if isinstance(value, Decimal | datetime) else value


def compare(tables: dict[str, Table], warehouse: Path, gen: Path) -> list[tuple[str, int, list[str]]]:
    """For every table of the oracle: its name, its rows, and what differs."""
    results = []
    for name, table in tables.items():
        try:
            lines = differences(table, query(gen, warehouse, name))
        except (LookupError, json.JSONDecodeError) as fault:
            lines = [str(fault)]
        results.append((name, len(table.rows), lines))
    return results


def main() -> int:
    parser = argparse.ArgumentParser(description="compares the tables of a warehouse with the oracle's")
    parser.add_argument("--landing", type=Path, required=True, help="directory of the CSV files")
    parser.add_argument("--warehouse", type=Path, required=True, help="warehouse that `gen run` filled from it")
    parser.add_argument("--gen", type=Path, required=True, help="the `gen` program")
    arguments = parser.parse_args()
    results = compare(compute(arguments.landing), arguments.warehouse, arguments.gen)
    for name, rows, lines in results:
        print(f"{'FAIL' if lines else 'ok  '} {name:34} {rows:8} rows")
        for line in lines:
            print(f"       {line}")
    failed = sum(bool(lines) for _, _, lines in results)
    print(f"{len(results) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
