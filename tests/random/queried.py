"""What a query gives: rows of another table, or one for each value of a column; what a table outside of the project gives; and
what rules make of both."""

import re

import convert
from evaluate import evaluate
from project import Column, Entity, File
from silver import LOADS, Judged, Row, Silver, grouped, holds, leaf_of
from tree import Node


def load(entity: Entity, found: dict[str, Silver]) -> Silver:
    """The rows of a query, judged. The table that it reads is there."""
    given = result(entity, found[entity.query.source].rows)
    silver = Silver(entity, judged=[judge(entity, row, found) for row in given])
    silver.rows = [one.row for one in silver.clean]
    return silver


def load_table(entity: Entity, files: list[File], found: dict[str, Silver]) -> Silver:
    """The rows of a table outside of the project, judged."""
    given = [row_of(entity, file.header, texts) for file in files for texts in file.rows]
    silver = Silver(entity, judged=[judge(entity, row, found) for row in given])
    if entity.appends:
        LOADS[entity.loaded_by](silver)
    else:
        silver.rows = [one.row for one in silver.clean]
    return silver


def row_of(entity: Entity, header: list[str], texts: list[str]) -> Row:
    change = {"lower": str.lower, "upper": str.upper, None: lambda text: text}
    row: Row = {}
    for column in entity.columns:
        text = texts[header.index(column.delivered_as)]
        row[column.name] = convert.read(change[column.normalize](text), column.kind) if text else None
    return row


def result(entity: Entity, rows: list[Row]) -> list[Row]:
    query = entity.query
    rows = [row for row in rows if query.where is None or holds(query.where, row)]
    if not query.grouped:
        return [{name: evaluate(node, leaf_of(row)) for name, node in query.columns.items()} for row in rows]
    groups: dict[object, list[Row]] = {}
    for row in rows:
        groups.setdefault(evaluate(query.columns["g"], leaf_of(row)), []).append(row)
    return [{name: figure(node, key, group) for name, node in query.columns.items()} for key, group in groups.items()]


def figure(node: Node, key: object, group: list[Row]) -> object:
    if node.op == "column":
        return key
    if node.op == "count_rows":
        return len(group)
    values = [value for row in group if (value := evaluate(node.args[0], leaf_of(row))) is not None]
    return {"max": max, "min": min}[node.op](values, default=None)


def judge(entity: Entity, given: Row, found: dict[str, Silver]) -> Judged:
    """A value that is not valid becomes NULL; rules see that."""
    row: Row = {}
    broken: list[tuple[str, str, str | None]] = []
    told_by = [*entity.key, *(entity.sequence if entity.load == "history" else [])]
    for column in entity.columns:
        value = given[column.name]
        is_wrong = not is_valid(value, column, found)
        row[column.name] = None if is_wrong else value
        if row[column.name] is None and column.default is not None:
            row[column.name] = convert.read(column.default, column.kind)
        if (column.required or column.name in told_by) and row[column.name] is None:
            broken.append((f"{column.name}_required", column.on_missing or "quarantine", column.name))
        if is_wrong:
            broken.append((f"valid_{column.name}", column.on_invalid or "quarantine", column.name))
    for name, rule in entity.rules.items():
        if not holds(rule.condition, row):
            broken.append((name, rule.action or "quarantine", None))
    deletes = entity.delete_when is not None and holds(entity.delete_when, row)
    if deletes:
        broken = [one for one in broken if one[2] in (*entity.key, *entity.sequence)]
    actions = {action for _, action, _ in broken}
    dropped = "drop" in actions
    stops = [name for name, action, _ in broken if action == "fail"]
    names = [name for name, _, _ in broken]
    return Judged(None, row, names, dropped, "quarantine" in actions and not dropped, deletes, stops, given)


def is_valid(value: object, column: Column, found: dict[str, Silver]) -> bool:
    if value is None:
        return True
    if column.matches and not re.search(column.matches, value):
        return False
    target = found.get(column.references.entity) if column.references else None
    if target is not None and target.entity.lookup:
        key = target.entity.column(target.entity.key[0]).name
        return value in [row[key] for row in target.rows]
    return column.accepted is None or value in [convert.read(text, column.kind) for text in column.accepted]


def repeats(silver: Silver) -> bool:
    """Whether two rows that stay have one key."""
    groups = grouped(silver.entity, silver.clean) if silver.entity.key else {}
    return any(len(group) > 1 for group in groups.values())
