"""Writes a project down: specs as YAML, files as CSV, the times of files beside them."""

import hashlib
import json
import re
import shutil
from pathlib import Path

import forms
from project import Column, Entity, File, Metric, Project
from tree import Node, name, sql

PLAIN = re.compile("[A-Za-z][A-Za-z0-9_]*")
WORDS_OF_YAML = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def write(project: Project, folder: Path) -> None:
    """All files of a project below a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    for place in ("specs/entities", "specs/metrics", "specs/lookups", "specs/queries", "landing/_tables"):
        (folder / place).mkdir(parents=True)
    target = {"default": True, "catalog": "main", "schema": "random_one", "landing": "/Volumes/main/random_one/in"}
    put(folder / "specs/project.yml", {"project": "random_one", "targets": {"dev": target}})
    for entity in project.entities:
        put(folder / f"specs/entities/{entity.name}.yml", entity_spec(entity))
    for metric in project.metrics:
        put(folder / f"specs/metrics/{metric.name}.yml", metric_spec(metric))
    for entity in project.entities:
        if entity.query:
            (folder / f"specs/queries/{entity.name}.sql").write_text(query_text(entity) + ";\n", encoding="utf-8")
    times = []
    for entity in project.entities:
        for file in project.files.get(entity.name, []):
            place = folder / ("specs/lookups" if entity.lookup else "landing") / file.name
            place.write_bytes(file_bytes(file, entity))
            if not entity.lookup:
                times.append(recorded(place, file))
    (folder / "landing/_modified.json").write_text(json.dumps(times, indent=1), encoding="utf-8")


def recorded(place: Path, file: File) -> dict[str, str]:
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    return {"file": file.name, "sha256": digest, "modified": file.modified.isoformat() + "Z"}


# --- specs -----------------------------------------------------------------------------------------------------------


def entity_spec(entity: Entity) -> dict:
    source = {"lookup": f"{entity.name}.csv"} if entity.lookup else {"files": entity.pattern}
    if entity.query:
        # A column of the key is found by its name, and half of the queries stand in the spec.
        source = {"query": query_text(entity) if len(entity.columns) % 2 else f"{entity.name}.sql"}
    if entity.table:
        source = {"table": ".".join(entity.table)} | ({"read": "appends"} if entity.appends else {})
    if entity.delimiter != ",":
        source["delimiter"] = entity.delimiter
    source |= entity.dialect.spec()
    spec: dict = {"entity": entity.name, "source": source}
    if entity.key:
        spec["key"] = one_or_many(entity.key)
    if entity.load:
        spec["load"] = entity.load
    if entity.sequence:
        spec["sequence"] = one_or_many(entity.sequence)
    if entity.delete_when:
        spec["delete_when"] = sql(entity.delete_when)
    if entity.row_count:
        minimum, action = entity.row_count
        spec["row_count"] = {"min": minimum} | ({"on_violation": action} if action else {})
    spec["columns"] = {column.name: column_spec(column, entity) for column in entity.columns}
    if entity.rules:
        spec["rules"] = {
            name: {"check": sql(rule.condition), "on_violation": rule.action} if rule.action else sql(rule.condition)
            for name, rule in entity.rules.items()
        }
    if entity.derived:
        spec["derived"] = {name: sql(node) for name, node in entity.derived.items()}
    return spec


def query_text(entity: Entity) -> str:
    """The query of an entity; the order of its columns is not that of the spec."""
    query = entity.query

    def shown(node: Node) -> str:
        if node.op == "count_rows":
            return "count(*)"
        return f"{node.op}({sql(node.args[0])})" if node.op in ("max", "min") else sql(node)

    columns = [f"{shown(node)} AS {name(title)}" for title, node in reversed(query.columns.items())]
    lines = ["SELECT -- made up", ",\n".join(f"  {column}" for column in columns), f"FROM {name(query.source)}"]
    if query.where:
        lines.append(f"WHERE {sql(query.where)}")
    if query.grouped:
        lines.append(f"GROUP BY {sql(query.columns['g'])}")
    return "\n".join(lines)


def column_spec(column: Column, entity: Entity) -> object:
    more = {
        key: getattr(column, key) for key in ("header", "on_missing", "normalize", "matches", "on_invalid", "default")
    }
    spec = {key: value for key, value in more.items() if value is not None}
    if entity.dialect.records and (place := field_of(column, entity)) != [column.name]:
        spec.pop("header", None)
        spec["from"] = ".".join(f"`{part}`" for part in place)
    if entity.table and spec.pop("header", None):
        spec["from"] = f"`{column.delivered_as}`"
    if column.required:
        spec["required"] = True
    if column.default is not None:
        spec["default"] = forms.written(column.default, column.kind, entity.dialect)
    if column.accepted is not None:
        spec["accepted"] = [forms.written(text, column.kind, entity.dialect) for text in column.accepted]
    if column.references:
        spec["references"] = {"entity": column.references.entity, "as": column.references.alias}
        if column.references.alias is None:
            spec["references"] = column.references.entity
    return {"type": str(column.kind), **spec} if spec else str(column.kind)


def field_of(column: Column, entity: Entity) -> list[str]:
    """The names that lead to a column in a record."""
    inside = entity.dialect.inside.get(column.name)
    return ([inside] if inside else []) + [column.delivered_as]


def metric_spec(metric: Metric) -> dict:
    spec: dict = {"metric": metric.name, "from": metric.source}
    if metric.where:
        spec["where"] = sql(metric.where)
    if metric.per:
        spec["per"] = {"entity": metric.per.entity, "columns": listed(metric.per.columns)}
        if metric.per.where:
            spec["per"]["where"] = sql(metric.per.where)
    if metric.dimensions:
        spec["dimensions"] = {name: sql(node) for name, node in metric.dimensions.items()}
    spec["measures"] = {name: measure_spec(measure) for name, measure in metric.measures.items()}
    if metric.time:
        spec["time"] = {"column": listed([metric.time[0]])[0], "grains": metric.time[1]}
    if metric.tables is not None:
        spec["tables"] = {name: {"by": listed(by)} for name, by in metric.tables.items()}
    return spec


def measure_spec(measure: object) -> object:
    text = sql(measure.expression)
    more = {"type": str(measure.type)} if measure.type else {}
    if measure.empty is not None:
        more["empty"] = sql(measure.empty)
    return {"sql": text, **more} if more else text


def listed(nodes: list[Node]) -> list[str]:
    """Names in `by` and `columns`, which are read as SQL."""
    return [".".join(name(part) for part in (*node.value[0], node.value[1])) for node in nodes]


def one_or_many(names: list[str]) -> object:
    return names[0] if len(names) == 1 else list(names)


# --- YAML ------------------------------------------------------------------------------------------------------------


def put(path: Path, spec: dict) -> None:
    path.write_text("\n".join(block(spec, "")) + "\n", encoding="utf-8")


def block(spec: dict, indent: str) -> list[str]:
    """A mapping in block style; lists and small mappings stand on one line."""
    lines = []
    for key, value in spec.items():
        if (
            isinstance(value, dict)
            and any(isinstance(v, dict) for v in value.values())
            or key in ("measures", "rules", "derived")
        ):
            lines += [f"{indent}{flow(key)}:", *block(value, indent + "  ")]
        else:
            lines.append(f"{indent}{flow(key)}: {flow(value)}")
    return lines


def flow(value: object) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{flow(key)}: {flow(v)}" for key, v in value.items()) + " }" if value else "{}"
        case list():
            return "[" + ", ".join(flow(item) for item in value) + "]"
        case str() if PLAIN.fullmatch(value) and value.lower() not in WORDS_OF_YAML:
            return value
    return json.dumps(value, ensure_ascii=False)


# --- CSV -------------------------------------------------------------------------------------------------------------


def file_bytes(file: File, entity: Entity) -> bytes:
    dialect = entity.dialect
    if dialect.records:
        return json_bytes(file, entity)
    titles = {column.delivered_as: column for column in entity.columns}
    columns = [titles.get(title) for title in file.header or []]

    def written(index: int, text: str) -> str:
        column = columns[index] if index < len(columns) else None
        text = forms.written(text, column.kind, dialect) if column else text
        return text.replace("\n", " ").replace("\r", " ") if dialect.comment else text

    lines = [] if file.header is None or not dialect.header else [csv_line(file.header, entity, False)]
    for index, row in enumerate(file.rows):
        texts = [written(place, text) for place, text in enumerate(row)]
        lines.append(csv_line(texts, entity, file.quote_all))
        if index in file.blank_after:
            lines.append(f"{dialect.comment} {index}" if dialect.comment else "")
    # A file without a byte has no lines to skip either.
    if lines:
        lines = [f'line {number}; "of" the export' for number in range(dialect.skip)] + lines
    text = file.end.join(lines) + (file.end if lines and file.last_end else "")
    mark = b"\xef\xbb\xbf" if file.mark and dialect.encoding == "utf-8" else b""
    return mark + text.encode(dialect.encoding, errors="replace")


# A line of a file of JSON that is no record.
HALF = '{"half a record": '


def json_bytes(file: File, entity: Entity) -> bytes:
    if file.header is None:
        return b""
    records = [json.dumps(record(row, number, file, entity), ensure_ascii=file.quote_all) for number, row in enumerate(file.rows)]
    mark = b"\xef\xbb\xbf" if file.mark else b""
    if entity.dialect.records == "whole":
        text = "[" + file.end + f",{file.end}".join(records) + file.end + "]"
    else:
        lines = [line for i, one in enumerate(records) for line in ([one, HALF, ""] if i in file.blank_after else [one])]
        text = file.end.join(lines)
    return mark + (text + (file.end if file.last_end else "")).encode()


def record(row: list[str], number: int, file: File, entity: Entity) -> dict:
    """A row as fields: no value is null or no field, and whole numbers are numbers in half of the records."""
    titles = {column.delivered_as: column for column in entity.columns}
    fields: dict = {}
    for place, (title, text) in enumerate(zip(file.header, row)):
        column = titles.get(title)
        text = forms.written(text, column.kind, entity.dialect) if column else text
        if not text and (number + place) % 2:
            continue
        is_bare = column and number % 2 and re.fullmatch("0|-?[1-9][0-9]{0,17}", text)
        within = fields.setdefault(entity.dialect.inside[column.name], {}) if column and column.name in entity.dialect.inside else fields
        within[title] = (int(text) if is_bare else text) if text else None
    return fields


def csv_line(row: list[str], entity: Entity, quote_all: bool) -> str:
    delimiter, quote, comment = entity.delimiter, entity.dialect.quote, entity.dialect.comment

    def field(text: str) -> str:
        begins_comment = comment is not None and text.startswith(comment)
        if quote_all or begins_comment or any(c in text for c in (delimiter, quote, "\n", "\r")):
            return quote + text.replace(quote, 2 * quote) + quote
        return text

    return delimiter.join(map(field, row)) if len(row) != 1 or row[0] else 2 * quote
