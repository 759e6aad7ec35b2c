"""Writes a project down: specs as YAML, files as CSV, the times of files beside them."""

import hashlib
import json
import re
import shutil
from pathlib import Path

from project import Column, Entity, File, Metric, Project
from tree import Node, name, sql

PLAIN = re.compile("[A-Za-z][A-Za-z0-9_]*")
WORDS_OF_YAML = {"null", "true", "false", "yes", "no", "on", "off", "y", "n"}


def write(project: Project, folder: Path) -> None:
    """All files of a project below a folder, which is emptied first."""
    shutil.rmtree(folder, ignore_errors=True)
    for place in ("specs/entities", "specs/metrics", "specs/lookups", "landing"):
        (folder / place).mkdir(parents=True)
    target = {"default": True, "catalog": "main", "schema": "random_one", "landing": "/Volumes/main/random_one/in"}
    put(folder / "specs/project.yml", {"project": "random_one", "targets": {"dev": target}})
    for entity in project.entities:
        put(folder / f"specs/entities/{entity.name}.yml", entity_spec(entity))
    for metric in project.metrics:
        put(folder / f"specs/metrics/{metric.name}.yml", metric_spec(metric))
    times = []
    for entity in project.entities:
        for file in project.files.get(entity.name, []):
            place = folder / ("specs/lookups" if entity.lookup else "landing") / file.name
            place.write_bytes(file_bytes(file, entity.delimiter))
            if not entity.lookup:
                times.append(recorded(place, file))
    (folder / "landing/_modified.json").write_text(json.dumps(times, indent=1), encoding="utf-8")


def recorded(place: Path, file: File) -> dict[str, str]:
    digest = hashlib.sha256(place.read_bytes()).hexdigest()
    return {"file": file.name, "sha256": digest, "modified": file.modified.isoformat() + "Z"}


# --- specs -----------------------------------------------------------------------------------------------------------


def entity_spec(entity: Entity) -> dict:
    source = {"lookup": f"{entity.name}.csv"} if entity.lookup else {"files": entity.pattern}
    if entity.delimiter != ",":
        source["delimiter"] = entity.delimiter
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
    spec["columns"] = {column.name: column_spec(column) for column in entity.columns}
    if entity.rules:
        spec["rules"] = {
            name: {"check": sql(rule.condition), "on_violation": rule.action} if rule.action else sql(rule.condition)
            for name, rule in entity.rules.items()
        }
    if entity.derived:
        spec["derived"] = {name: sql(node) for name, node in entity.derived.items()}
    return spec


def column_spec(column: Column) -> object:
    more = {
        key: getattr(column, key) for key in ("header", "on_missing", "normalize", "matches", "on_invalid", "default")
    }
    spec = {key: value for key, value in more.items() if value is not None}
    if column.required:
        spec["required"] = True
    if column.accepted is not None:
        spec["accepted"] = list(column.accepted)
    if column.references:
        spec["references"] = {"entity": column.references.entity, "as": column.references.alias}
        if column.references.alias is None:
            spec["references"] = column.references.entity
    return {"type": str(column.kind), **spec} if spec else str(column.kind)


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


def file_bytes(file: File, delimiter: str) -> bytes:
    lines = [] if file.header is None else [csv_line(file.header, delimiter, False)]
    for index, row in enumerate(file.rows):
        lines.append(csv_line(row, delimiter, file.quote_all))
        if index in file.blank_after:
            lines.append("")
    text = file.end.join(lines) + (file.end if lines and file.last_end else "")
    return (b"\xef\xbb\xbf" if file.mark else b"") + text.encode()


def csv_line(row: list[str], delimiter: str, quote_all: bool) -> str:
    def field(text: str) -> str:
        if quote_all or any(c in text for c in (delimiter, '"', "\n", "\r")):
            return '"' + text.replace('"', '""') + '"'
        return text

    return delimiter.join(map(field, row)) if len(row) != 1 or row[0] else '""'
