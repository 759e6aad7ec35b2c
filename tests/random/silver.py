"""From lines to tables of entities: typing, rules, quarantine, loads, duplicates.

Undecided is what the documents of the language leave open; the generator makes another project then.
"""

import re
from dataclasses import dataclass, field

import convert
import forms
from evaluate import evaluate
from lines import Line, read_lines
from project import Column, Entity, Project
from tree import Node

Row = dict[str, object]


class Stopped(Exception):
    """The data stops the update, as the specs demand: by one of these expectations, whichever is met first."""

    def __init__(self, names: list[str]):
        super().__init__(" or ".join(names))
        self.names = names


class Undecided(Exception):
    """The documents do not say what is right."""


@dataclass
class Judged:
    """A line with its typed row, the names of the rules that it breaks, and what becomes of it."""

    line: Line
    row: Row
    violations: list[str]
    dropped: bool
    quarantined: bool
    deletes: bool
    # The rules that it breaks and that stop the update.
    stops: list[str] = field(default_factory=list)
    # What a query or a table gave, before what is not valid became NULL.
    given: Row | None = None

    @property
    def stays(self) -> bool:
        return not self.dropped and not self.quarantined


@dataclass
class Silver:
    """What the lines of an entity became. A history holds, in `spans`, when each row began and ended."""

    entity: Entity
    lines: list[Line] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    spans: list[tuple] = field(default_factory=list)

    @property
    def current(self) -> list[Row]:
        if not self.spans:
            return self.rows
        return [row for row, (_, end) in zip(self.rows, self.spans) if end is None]

    def stops(self) -> list[str]:
        """The expectations by which the entity stops the update."""
        minimum, action = self.entity.row_count or (0, None)
        too_few = len(self.lines) < minimum and action != "warn" and not self.entity.lookup
        names = [name for judged in self.judged for name in judged.stops]
        if self.entity.is_typed and not self.entity.appends and queried.repeats(self):
            names.append("unique_key")
        return names + ([f"{self.entity.name}_minimum"] if too_few else [])

    @property
    def clean(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.stays]


def leaf_of(row: Row) -> object:
    """Columns of the row itself, by name without case."""
    lowered = {name.lower(): value for name, value in row.items()}
    return lambda node: lowered[node.value[1].lower()]


def holds(condition: Node, row: Row) -> bool:
    return evaluate(condition, leaf_of(row)) is True


def build(project: Project) -> dict[str, Silver]:
    """All entities; lookups first, whose keys others accept."""
    found: dict[str, Silver] = {}
    for entity in sorted(project.entities, key=lambda e: (not e.lookup, e.query is not None)):
        if entity.query:
            found[entity.name] = queried.load(entity, found)
            continue
        if entity.table:
            found[entity.name] = queried.load_table(entity, project.files[entity.name], found)
            continue
        lines = read_lines(entity, project.files.get(entity.name, []))
        found[entity.name] = load(entity, lines, found)
    # What comes behind a table that stops the update is not looked at.
    stops = sorted({name for entity in found.values() for name in entity.stops()})
    if stops:
        raise Stopped(stops)
    return found


def load(entity: Entity, lines: list[Line], found: dict[str, Silver]) -> Silver:
    judged = [judge(entity, line, found) for line in lines]
    silver = Silver(entity, lines, judged)
    if entity.lookup:
        silver.rows = [one.row for one in judged]
        return silver
    LOADS[entity.loaded_by](silver)
    return silver


# --- one line --------------------------------------------------------------------------------------------------------


def judge(entity: Entity, line: Line, found: dict[str, Silver]) -> Judged:
    row: Row = {}
    broken: list[tuple[str, str, str | None]] = []
    # The columns of the key, and the sequence of a history, are required whatever the spec says.
    told_by = [*entity.key, *(entity.sequence if entity.load == "history" else [])]
    always = [entity.column(name).name for name in told_by if not entity.lookup]
    for column in entity.columns:
        text = normalized(line.fields[column.name], column, entity)
        value = valid_value(text, column, entity, found)
        default = None if column.default is None else convert.read(column.default, column.kind)
        row[column.name] = default if value is None else value
        if (column.required or column.name in always) and row[column.name] is None:
            broken.append((f"{column.name}_required", column.on_missing or "quarantine", column.name))
        if text is not None and value is None:
            broken.append((f"valid_{column.name}", column.on_invalid or "quarantine", column.name))
    for name, rule in entity.rules.items():
        if not holds(rule.condition, row):
            broken.append((name, rule.action or "quarantine", None))
    deletes = entity.delete_when is not None and holds(entity.delete_when, row)
    if deletes:
        needed = [entity.column(name).name for name in (*entity.key, *entity.sequence)]
        broken = [one for one in broken if one[2] in needed]
    if line.corrupt is not None:
        broken.append(("readable_record", "quarantine", None))
    actions = {action for _, action, _ in broken}
    stops = [name for name, action, _ in broken if action == "fail" and not entity.lookup]
    dropped = "drop" in actions
    names = [name for name, _, _ in broken]
    return Judged(line, row, names, dropped, "quarantine" in actions and not dropped, deletes, stops)


def normalized(text: str | None, column: Column, entity: Entity) -> str | None:
    """Spaces (U+0020, nothing else) around a text do not count; a blank is no value, nor is a word for none."""
    text = (text or "").strip(" ") or None
    text = None if text in entity.dialect.nulls else text
    if text is None or column.normalize is None:
        return text
    return text.lower() if column.normalize == "lower" else text.upper()


def valid_value(text: str | None, column: Column, entity: Entity, found: dict[str, Silver]) -> object:
    """The typed value of a text that fits type, pattern and accepted values; else None."""
    if text is None or column.matches and not re.search(column.matches, text):
        return None
    plain = forms.plain(text, column.kind, entity.dialect)
    value = None if plain is None else convert.read(plain, column.kind)
    target = found.get(column.references.entity) if column.references else None
    if target is not None and target.entity.lookup:
        key = target.entity.column(target.entity.key[0]).name
        return value if value in [row[key] for row in target.rows] else None
    if column.accepted is not None and value not in [convert.read(v, column.kind) for v in column.accepted]:
        return None
    return value


# --- loads -----------------------------------------------------------------------------------------------------------


def ordered(values: list) -> tuple:
    """Values that compare one by one, no value before any value."""
    return tuple((value is not None, value) for value in values)


def key_of(entity: Entity, row: Row) -> tuple:
    return tuple(row[entity.column(name).name] for name in entity.key)


def age(entity: Entity, judged: Judged) -> tuple:
    """What tells the newer of two rows of a key: the sequence, the file that was changed last, its name, the row."""
    own = ordered([judged.row[entity.column(name).name] for name in entity.sequence])
    # Rows of a table come from no file.
    file = (judged.line.modified, judged.line.file_name) if judged.line else ()
    return own, file, ordered(list(judged.row.values()))


def grouped(entity: Entity, judged: list[Judged]) -> dict[tuple, list[Judged]]:
    groups: dict[tuple, list[Judged]] = {}
    for one in judged:
        groups.setdefault(key_of(entity, one.row), []).append(one)
    return groups


def append(silver: Silver) -> None:
    silver.rows = [judged.row for judged in silver.clean]


def upsert(silver: Silver) -> None:
    for group in grouped(silver.entity, silver.clean).values():
        newest = max(group, key=lambda one: age(silver.entity, one))
        if not newest.deletes:
            silver.rows.append(newest.row)


def history(silver: Silver) -> None:
    """Every version, from its sequence to that of the next version or deletion."""
    entity = silver.entity
    at = entity.column(entity.sequence[0]).name
    for group in grouped(entity, silver.clean).values():
        versions: dict[object, Judged] = {}
        for one in group:
            other = versions.get(one.row[at])
            if other and (other.row != one.row or other.deletes != one.deletes):
                raise Undecided("two versions of one key and sequence")
            versions[one.row[at]] = one
        times = sorted(versions)
        for time, after in zip(times, [*times[1:], None]):
            if not versions[time].deletes:
                silver.rows.append(versions[time].row)
                silver.spans.append((time, after))


def snapshot(silver: Silver) -> None:
    """The clean rows of the newest file that has one."""
    if not silver.clean:
        return
    newest = max((one.line.modified, one.line.file_name) for one in silver.clean)
    rows = [one for one in silver.clean if (one.line.modified, one.line.file_name) == newest]
    if not silver.entity.key:
        silver.rows = [one.row for one in rows]
        return
    for group in grouped(silver.entity, rows).values():
        silver.rows.append(max((one.row for one in group), key=lambda row: ordered(list(row.values()))))


LOADS = {"append": append, "upsert": upsert, "history": history, "snapshot": snapshot}

# It is made of the above.
import queried  # noqa: E402
