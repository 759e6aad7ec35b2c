"""Reads the files of an entity, line by line, as text: CSV by RFC 4180, or JSON; a byte-order mark dropped.

This is the oracle's bronze layer. It neither trims nor types; it says which field belongs to which column.
"""

import csv
import io
import json
import re
from dataclasses import dataclass
from datetime import datetime

from project import Entity, File
from write import HALF, field_of, file_bytes


@dataclass(frozen=True)
class Line:
    """One line: the text of each declared column (None where there is none), and where it came from."""

    fields: dict[str, str | None]
    rescued: dict[str, str] | None
    file_name: str
    modified: datetime
    # What was delivered in place of a record.
    corrupt: str | None = None


def read_lines(entity: Entity, files: list[File]) -> list[Line]:
    lines = []
    for file in files:
        text = text_of(entity, file)
        if entity.dialect.records:
            lines += read_records(entity, text, file)
            continue
        for _ in range(entity.dialect.skip):
            text = text.partition("\n")[2]
        if entity.dialect.comment:
            kept = [line for line in text.splitlines(True) if not line.startswith(entity.dialect.comment)]
            text = "".join(line for line in kept if line.strip())
        reader = csv.reader(
            io.StringIO(text, newline=""), delimiter=entity.delimiter, quotechar=entity.dialect.quote
        )
        records = [record for record in reader if record]
        header = [column.delivered_as for column in entity.columns]
        if records and entity.dialect.header:
            header, *records = records
        lines += [read_line(entity, header, record, file) for record in records]
    return lines


def read_records(entity: Entity, text: str, file: File) -> list[Line]:
    """Records of JSON: a line each, or an array. The generator writes one kind of line that is no record."""
    if entity.dialect.records == "whole":
        return [read_record(entity, one, file) for one in (json.loads(text, parse_int=str) if text.strip() else [])]
    lines = [line for line in re.split("\r\n|\n", text) if line.strip()]
    none = dict.fromkeys(column.name for column in entity.columns)
    return [
        Line(dict(none), None, file.name, file.modified, line)
        if line == HALF
        else read_record(entity, json.loads(line, parse_int=str), file)
        for line in lines
    ]


def read_record(entity: Entity, record: dict, file: File) -> Line:
    """Columns by their paths; other fields of the record are rescued, other fields inside of them stay there."""
    fields = {}
    for column in entity.columns:
        *around, last = field_of(column, entity)
        within = record.get(around[0]) if around else record
        fields[column.name] = (within or {}).get(last)
    taken = {field_of(column, entity)[0] for column in entity.columns}
    rescued = {name: value for name, value in record.items() if name not in taken and value is not None}
    return Line(fields, rescued or None, file.name, file.modified)


def text_of(entity: Entity, file: File) -> str:
    encoding = entity.dialect.encoding
    return file_bytes(file, entity).decode("utf-8-sig" if encoding == "utf-8" else encoding)


def skipped_lines(entity: Entity, files: list[File]) -> list[tuple]:
    """Lines before the header and comments, as bytes that are read as UTF-8, with name and time of their file."""
    found = []
    for file in files:
        text = file_bytes(file, entity).removeprefix(b"\xef\xbb\xbf").decode("utf-8", errors="replace")
        for number, line in enumerate(text.splitlines()):
            is_comment = entity.dialect.comment is not None and line.startswith(entity.dialect.comment)
            if number < entity.dialect.skip or is_comment:
                found.append((line, file.name, file.modified))
    return found


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
