"""Reads the CSV files of an entity, line by line, as text: RFC 4180, UTF-8, a byte-order mark dropped.

This is the oracle's bronze layer. It neither trims nor types; it says which field belongs to which column.
"""

import csv
import io
from dataclasses import dataclass
from datetime import datetime

from project import Entity, File
from write import file_bytes


@dataclass(frozen=True)
class Line:
    """One line: the text of each declared column (None where there is none), and where it came from."""

    fields: dict[str, str | None]
    rescued: dict[str, str] | None
    file_name: str
    modified: datetime


def read_lines(entity: Entity, files: list[File]) -> list[Line]:
    lines = []
    for file in files:
        text = file_bytes(file, entity.delimiter).decode("utf-8-sig")
        records = [record for record in csv.reader(io.StringIO(text, newline=""), delimiter=entity.delimiter) if record]
        if records:
            lines += [read_line(entity, records[0], record, file) for record in records[1:]]
    return lines


def read_line(entity: Entity, header: list[str], record: list[str], file: File) -> Line:
    """An empty field is no value; a field that no column is declared for is rescued, not lost."""
    columns = {column.delivered_as: column.name for column in entity.columns}
    fields: dict[str, str | None] = {column.name: None for column in entity.columns}
    rescued: dict[str, str] = {}
    for index, value in enumerate(record):
        title = header[index] if index < len(header) else f"_c{index}"
        if not value:
            continue
        if index < len(header) and title in columns:
            fields[columns[title]] = value
        else:
            rescued[title] = value
    return Line(fields, rescued or None, file.name, file.modified)
