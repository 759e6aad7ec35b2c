"""Grows a whole project from a seed: specs, lookups, and files of several deliveries with defects."""

from datetime import datetime

import expect
from chance import Chance
from grow_entity import EntityGrower, clean
from grow_metric import MetricGrower
from grow_query import QueryGrower
from grow_table import TableGrower
from grow_values import faulty
from project import Column, Entity, File, Project
from silver import Stopped, Undecided

MANY_ATTEMPTS = 50


def grow(seed: int, without: frozenset[str] = frozenset()) -> Project:
    """The project of a seed. What the documents leave open is grown again."""
    for attempt in range(MANY_ATTEMPTS):
        project = grow_once(Chance(seed, attempt, without))
        try:
            expect.compute(project)
        except Undecided:
            continue
        except Stopped:
            pass
        return project
    raise RuntimeError(f"seed {seed} grows nothing that the documents decide")


def grow_once(chance: Chance) -> Project:
    grower = EntityGrower(chance)
    entities = grower.grow()
    files = {}
    # From a seed of its own: the rest of the project stays as it was.
    apart = Chance(chance.seed + 7919, chance.attempt, chance.without)
    tables = TableGrower(apart, entities).grow()
    queries = QueryGrower(apart, [*entities, *tables]).grow()
    for entity in entities:
        files[entity.name] = lookup_file(chance, entity) if entity.lookup else deliveries(chance, entity)
    metrics = MetricGrower(chance, entities, grower.odd, grower.taken).grow()
    files |= {entity.name: [table_file(apart, entity)] for entity in tables}
    others = [*tables, *queries]
    over_others = MetricGrower(apart, [*entities, *others], grower.odd, grower.taken)
    metrics += [over_others.metric(entity) for entity in others if apart.maybe(0.5)]
    return Project([*entities, *others], metrics, files, features=chance.features | apart.features)


# --- files -----------------------------------------------------------------------------------------------------------


def lookup_file(chance: Chance, entity: Entity) -> list[File]:
    """A row for most of the keys; keys that are equal as numbers stand once."""
    key = entity.column(entity.key[0])
    rows = []
    for text in chance.some(key.texts, 2, 7):
        change = {"lower": str.lower, "upper": str.upper, None: str}[key.normalize]
        rows.append([change(text) if column is key else chance.one([*column.texts, ""]) for column in entity.columns])
    header = [column.delivered_as for column in entity.columns]
    return [File(f"{entity.name}.csv", header, rows, datetime(2024, 1, 1))]


def table_file(chance: Chance, entity: Entity) -> File:
    """The rows of a table outside of the project, in the types that it has; keys stand once."""
    count = chance.weighted({0: 1, 4: 3, 10: 3, 20: 1})
    rows = [[chance.one([*clean(column), ""]) for column in entity.columns] for _ in range(count)]
    is_risky = chance.feature("repeated_key_of_table", 0.04)
    for place, column in enumerate(entity.columns):
        if [column.name] == entity.key and not is_risky and not entity.appends:
            for number, row in enumerate(rows):
                row[place] = str(number)
    header = [column.delivered_as for column in entity.columns]
    rows = [[*row, "not read"] for row in rows]
    return File(f"_tables/{'.'.join(entity.table).lower()}.csv", [*header, "more"], rows, datetime(2024, 1, 1))


def deliveries(chance: Chance, entity: Entity) -> list[File]:
    """One to three files, later ones with later times; keys come again."""
    files = []
    # Names of one entity must not be taken for those of another, whose pattern would match them too.
    if chance.feature("no_file", 0.01):
        return []
    for index in range(chance.weighted({1: 3, 2: 3, 3: 2})):
        moment = datetime(2024, 5, 1 + index, 6, 0, 0, chance.one([0, 1, 500000]))
        if chance.maybe(0.1):
            moment = datetime(2024, 5, 1, 6)
        files.append(delivery(chance, entity, entity.pattern.replace("*", ["", "_2024", "-b"][index]), moment))
    return files


def delivery(chance: Chance, entity: Entity, name: str, moment: datetime) -> File:
    columns = entity.columns
    rows = [
        line(chance, columns)
        for _ in range(chance.weighted({0: 1 if chance.feature("no_rows", 0.5) else 0, 3: 2, 8: 4, 15: 2, 25: 1}))
    ]
    for _ in range(len(rows) // 5):
        copy = list(chance.one(rows))
        if chance.maybe(0.5):
            index = chance.number(0, len(columns) - 1)
            copy[index] = field(chance, columns[index])
        rows.insert(chance.number(0, len(rows)), copy)
    header = [column.delivered_as for column in columns]
    # Without a header, only the place of a field says what it is.
    if entity.dialect.header and chance.maybe(0.3):
        order = chance.shuffled(range(len(columns)))
        header, rows = [header[i] for i in order], [[row[i] for i in order] for row in rows]
    if entity.dialect.header and chance.maybe(0.1):
        header, rows = [*header, "more"], [[*row, chance.one(["", "extra", 'q"'])] for row in rows]
    if chance.maybe(0.04) and len(header) > 2:
        header, rows = header[:-1], [row[:-1] for row in rows]
    if chance.maybe(0.1):
        rows = [ragged(chance, row) for row in rows]
    file = File(name, header, rows, moment)
    file.end = chance.weighted({"\n": 4, "\r\n": 1})
    file.mark, file.last_end = chance.maybe(0.1), chance.maybe(0.85)
    file.quote_all = chance.maybe(0.1)
    file.blank_after = {i for i in range(len(rows)) if chance.maybe(0.02)} if len(header) > 1 else set()
    if chance.feature("empty_file", 0.02):
        file.header, file.rows = None, []
    return file


def line(chance: Chance, columns: list[Column]) -> list[str]:
    return [field(chance, column) for column in columns]


def field(chance: Chance, column: Column) -> str:
    """The text of a field: mostly clean, at times blank, padded, in another case, or at fault."""
    text = chance.one(column.texts) if column.texts else ""
    if chance.maybe(0.04 if column.required else 0.1):
        return chance.one(["", "  "])
    if chance.maybe(0.04):
        return faulty(chance, column.kind)
    if chance.maybe(0.05):
        text = f"  {text} "
    if column.normalize and chance.maybe(0.3):
        text = text.swapcase()
    return text


def ragged(chance: Chance, row: list[str]) -> list[str]:
    """A line with too few or too many fields."""
    shape = chance.weighted({"as it is": 6, "short": 1, "long": 1})
    if shape == "short" and len(row) > 1:
        return row[: chance.number(1, len(row) - 1)]
    return [*row, "beyond"] if shape == "long" else row
