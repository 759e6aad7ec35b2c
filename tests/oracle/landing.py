"""Reads the CSV files of a landing directory, line by line, as text.

This is the oracle's bronze layer: it decides which file belongs to which entity, when a file was changed, and which
field belongs to which column. It does not trim, type or judge anything.
"""

import csv
import fnmatch
import hashlib
import io
import json
import sys
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from pathlib import Path

# The default of 128 KiB a field would make the oracle give up on files that are legal.
csv.field_size_limit(sys.maxsize)


@dataclass(frozen=True)
class Source:
    """The files of an entity, and its columns in order."""

    entity: str
    files: str
    columns: tuple[str, ...]
    except_files: str | None = None


SOURCES = (
    Source("customers", "customers*.csv", ("customer_id", "name", "address", "email", "phone", "state")),
    Source(
        "products",
        "sales*.csv",
        ("product_id", "product_name", "category", "price", "availability_status"),
        except_files="sales_orders*.csv",
    ),
    Source(
        "sales_orders",
        "sales_orders*.csv",
        ("order_id", "customer_id", "product_id", "order_date", "quantity", "order_status"),
    ),
)


@dataclass(frozen=True)
class Line:
    """One line of a file: the text of each declared column (None where there is none) and where it came from."""

    fields: dict[str, str | None]
    rescued: dict[str, str] | None
    file_name: str
    modified: datetime


def read_landing(landing: Path) -> dict[str, list[Line]]:
    """All lines of all files, by entity. A directory without files gives entities without lines."""
    times = recorded_times(landing)
    lines: dict[str, list[Line]] = {source.entity: [] for source in SOURCES}
    for path in sorted(landing.iterdir()):
        if not path.is_file():
            continue
        for source in SOURCES:
            if belongs(path.name, source):
                lines[source.entity] += read_file(path, source, modified_at(path, times))
    return lines


def belongs(file_name: str, source: Source) -> bool:
    """Whether a file is one of an entity's. Names that start with `_` or `.` are bookkeeping, never data."""
    if file_name.startswith(("_", ".")):
        return False
    excluded = source.except_files is not None and fnmatch.fnmatchcase(file_name, source.except_files)
    return fnmatch.fnmatchcase(file_name, source.files) and not excluded


def recorded_times(landing: Path) -> list[dict[str, str]]:
    """The entries of `_modified.json`: copies and checkouts lose modification times, this file keeps them."""
    path = landing / "_modified.json"
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else []


def modified_at(path: Path, times: list[dict[str, str]]) -> datetime:
    """When a file was changed. A recorded time holds only for the very content it was recorded for."""
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    for entry in times:
        if entry["file"] == path.name and entry["sha256"] == digest:
            return datetime.fromisoformat(entry["modified"]).astimezone(timezone.utc)
    # Whole microseconds, rounded down: what a TIMESTAMP column can hold.
    return datetime.fromtimestamp(0, timezone.utc) + timedelta(microseconds=path.stat().st_mtime_ns // 1000)


def read_file(path: Path, source: Source, modified: datetime) -> list[Line]:
    """The lines of a file. The header says which field is which column; its spelling counts, its order does not."""
    text = with_spark_line_ends(path.read_bytes().decode("utf-8-sig"))
    records = [record for record in csv.reader(io.StringIO(text, newline="")) if record]
    if not records:
        return []
    header, *rows = records
    return [read_line(header, row, source, path.name, modified) for row in rows]


def with_spark_line_ends(text: str) -> str:
    r"""The first line end of a file sets its kind. In a file of CRLF, Spark 4.3 reads each CRLF as `\n`, inside quotes too."""
    first = text.find("\n")
    return text.replace("\r\n", "\n") if first > 0 and text[first - 1] == "\r" else text


def read_line(header: list[str], row: list[str], source: Source, file_name: str, modified: datetime) -> Line:
    """One line. An empty field is no value; a field that no column is declared for is rescued, not lost."""
    fields: dict[str, str | None] = dict.fromkeys(source.columns)
    rescued: dict[str, str] = {}
    for index, value in enumerate(row):
        name = header[index] if index < len(header) else f"_c{index}"
        if not value:
            continue
        if index < len(header) and name in fields:
            fields[name] = value
        else:
            rescued[name] = value
    return Line(fields, rescued or None, file_name, modified)
