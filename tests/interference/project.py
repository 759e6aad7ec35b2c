"""A random project: entities with personal columns, and attempts to learn from them, each in lines of its own.

An attempt is what can be taken out when `gen check` refuses it: a line of an entity, or a whole metric.
"""

import random
from dataclasses import dataclass, field

from expression import Columns, expression, measure

# Personal columns of `people`: name, type in the spec, letter of the type, kind of personal data.
PERSONAL = [
    ("name", "string", "s", "name"), ("email", "string", "s", "email"), ("phone", "string", "s", "phone"),
    ("score", "int", "i", "health"), ("weight", "double", "d", "health"), ("smokes", "boolean", "b", "health"),
    ("born", "date", "t", "birth_date"), ("income", '"decimal(12,2)"', "d", "other"),
    ("town", "string", "s", "address"),
]
KINDS = sorted({kind for _, _, _, kind in PERSONAL})
PLAIN: Columns = {"s": ["state"], "i": ["points"], "t": ["since"]}
METRICS = 16
# Figures that are told with a reason. They differ, or the comparison sees nothing.
TOLD = "told"


@dataclass
class Line:
    """A line of a spec. When it is refused, `plain` takes its place."""

    text: str
    plain: str | None = None


@dataclass
class Project:
    """Specs by file name below `specs/`; `sees` are the kinds of personal data that readers see."""

    sees: list[str]
    load: str
    protection: str
    # Whether people are read from a table to which rows are appended, not from files.
    appended: bool = False
    files: dict[str, list[Line]] = field(default_factory=dict)
    filters: list[str] = field(default_factory=list)

    def text(self, name: str) -> str:
        return "".join(line.text + "\n" for line in self.files[name])


def grow(seed: int) -> Project:
    """The project of a seed."""
    chance = random.Random(seed)
    sees = sorted(chance.sample(KINDS, chance.choice([0, 0, 1, 2])))
    load = chance.choice(["append", "upsert", "upsert", "history", "snapshot"])
    project = Project(sees, load, chance.choice(["inline", "inline", "abac"]))
    project.files["project.yml"] = [Line(text) for text in settings(project)]
    project.files["entities/towns.yml"] = [Line(text) for text in TOWNS]
    project.files["entities/people.yml"] = people(chance, load)
    if seed % 3 == 0 and load != "snapshot":
        project.appended = True
        read_from_table(project.files["entities/people.yml"])
    project.files["entities/orders.yml"] = orders(chance, load)
    project.files["entities/parcels.yml"] = [Line(text) for text in PARCELS]
    for number in range(METRICS):
        project.files[f"metrics/m{number:02}.yml"] = [Line("\n".join(metric(chance, f"m{number:02}", load)))]
    project.files[f"metrics/{TOLD}.yml"] = [Line(text) for text in TOLD_METRIC]
    return project


def settings(project: Project) -> list[str]:
    seen = f", sees: [{', '.join(project.sees)}]" if project.sees else ""
    return [
        "project: readers",
        "targets:",
        "  dev: { default: true, catalog: dev, schema: people, landing: /Volumes/dev/people/landing }",
        "principals:",
        "  readers: { group: readers }",
        "  engineers: { group: engineers }",
        "audiences:",
        f"  readers: {{ members: [readers]{seen} }}",
        "  engineering: { members: [engineers], sees: all }",
        *(["protection: abac"] if project.protection == "abac" else []),
    ]


TOWNS = [
    "entity: towns", "source: { lookup: towns.csv }", "key: town", "audience: [readers, engineering]", "columns:",
    "  town: { type: string, required: true }", "  country: string",
]
PARCELS = [
    "entity: parcels", "source: { files: parcels*.csv }", "key: parcel_id", "audience: [readers, engineering]",
    "columns:", "  parcel_id: { type: string, required: true }", "  order_id: { type: string, references: orders }",
    "  grams: int",
]
TOLD_METRIC = [
    f"metric: {TOLD}", "from: people", "measures:", "  figure:",
    "    sql: sum(coalesce(length(name), 0) + coalesce(length(phone), 0) + coalesce(year(born), 0))",
    "    declassify: this figure shows that the comparison notices what is told", "audience: readers",
]


def people(chance: random.Random, load: str) -> list[Line]:
    lines = ["entity: people", "source: { files: people*.csv }", "key: person_id", f"load: {load}"]
    lines = [Line(text) for text in [*lines, "audience: [readers, engineering]"]]
    if load == "history":
        lines.append(Line("sequence: changed"))
    elif load == "upsert" and chance.random() < 0.5:
        is_personal = chance.random() < 0.3
        lines.append(Line("sequence: [changed, born]" if is_personal else "sequence: changed", "sequence: changed"))
    own = {**columns_of(""), "b": ["smokes"]}
    if load in ("upsert", "history") and chance.random() < 0.5:
        lines.append(Line(f"delete_when: {quoted(expression(chance, 'b', own, 2))}", ""))
    if chance.random() < 0.5:
        lines.append(Line(f"rows: {{ readers: {quoted(expression(chance, 'b', own, 2))} }}", ""))
    lines += [Line("columns:"), Line("  person_id: { type: string, required: true }")]
    lines += [personal_column(chance, *column) for column in PERSONAL]
    lines += [Line("  state: string"), Line("  since: date"), Line("  points: int")]
    lines += [Line("  changed: { type: timestamp, required: true }"), Line("derived:")]
    for name, kind in (("first", "s"), ("second", "b")):
        lines.append(Line(f"  {name}: {quoted(expression(chance, kind, own, 2))}", f"  {name}: state"))
    lines.append(Line("rules:"))
    for number in range(2):
        action = chance.choice(["quarantine", "quarantine", "drop", "drop", "warn", "fail"])
        rule = f"  rule_{number}: {{ check: {quoted(expression(chance, 'b', own, 2))}, on_violation: {action} }}"
        # A rule that all rows keep, for the list must not be empty.
        lines.append(Line(rule, f"  rule_{number}: person_id is not null"))
    return lines


def read_from_table(lines: list[Line]) -> None:
    """Takes the rows from a table, where a sequence has to say which row of a key is the newest."""
    lines[1] = Line("source: { table: crm.people, read: appends }")
    if any(line.text == "load: upsert" for line in lines) and not any(line.text.startswith("sequence:") for line in lines):
        lines.insert(4, Line("sequence: changed"))


def personal_column(chance: random.Random, name: str, kind: str, letter: str, pii: str) -> Line:
    plain = f"  {name}: {{ type: {kind}, pii: {pii} }}"
    more = ["required: true, on_invalid: warn"]
    if letter == "s":
        more += ["matches: '^[A-Z]', on_invalid: {}", "accepted: [Ada, bob, x], on_invalid: {}", "normalize: lower"]
    if name == "town":
        more += ["references: towns, on_invalid: {}", "references: towns, on_invalid: {}"]
    if chance.random() < 0.7:
        return Line(plain)
    chosen = chance.choice(more).format(chance.choice(["warn", "quarantine", "drop", "fail"]))
    return Line(f"  {name}: {{ type: {kind}, pii: {pii}, {chosen} }}", plain)


def orders(chance: random.Random, load: str) -> list[Line]:
    # A person of several rows is no row to refer to.
    person = "{ type: string }" if load == "append" else "{ type: string, references: people }"
    own = {"s": ["comment"], "i": ["pieces"], "t": ["ordered"]}
    action = chance.choice(["quarantine", "drop"])
    rule = f"  kept: {{ check: {quoted(expression(chance, 'b', own, 2))}, on_violation: {action} }}"
    lines = ["entity: orders", "source: { files: orders*.csv }", "key: order_id", "audience: [readers, engineering]"]
    lines += ["columns:", "  order_id: { type: string, required: true }", f"  person_id: {person}"]
    lines += ["  comment: { type: string, pii: other }", "  pieces: int", "  ordered: date", "rules:"]
    return [*map(Line, lines), Line(rule, "  kept: order_id is not null")]


def columns_of(path: str) -> Columns:
    """Columns of `people` as an expression names them that reaches it by a path."""
    columns: Columns = {letter: [path + name for name in names] for letter, names in PLAIN.items()}
    for name, _, letter, _ in PERSONAL:
        columns.setdefault(letter, []).append(path + name)
    return columns


def metric(chance: random.Random, name: str, load: str) -> list[str]:
    """A metric: from which entity, by which way to a person, and where the expression stands."""
    start = chance.choice(["people", "people", "orders", "orders", "parcels"] if load != "append" else ["people"])
    columns = columns_of({"people": "", "orders": "people.", "parcels": "orders.people."}[start])
    if start == "people":
        columns = {**columns, "s": [*columns["s"], "first"], "b": [*columns["b"], "second"]}
    if start == "orders":
        own = {"s": ["comment"], "i": ["pieces"], "t": ["ordered"]}
        columns = {letter: [*names, *own.get(letter, [])] for letter, names in columns.items()}
    lines = [f"metric: {name}", f"from: {start}"]
    sink = chance.choice(["measure", "measure", "measure", "dimension", "where", "per", "derived", "time"])
    figure = measure(chance, columns) if sink in ("measure", "derived") else "count(*)"
    if sink == "where" or chance.random() < 0.1:
        lines.append(f"where: {quoted(expression(chance, 'b', columns, 3))}")
    if sink == "dimension":
        lines.append(f"dimensions: {{ place: {quoted(expression(chance, chance.choice('sibt'), columns, 3))} }}")
        lines.append(f"tables: {{ {name}: {{ by: [place] }} }}")
    if sink == "per" and start == "orders":
        lines.append("per:")
        lines.append("  entity: people")
        lines.append(f"  columns: [person_id, {chance.choice(['state', 'points', 'town', 'email'])}]")
        lines.append(f"  where: {quoted(expression(chance, 'b', columns_of(''), 2))}")
    if sink == "time":
        date = expression(chance, "t", columns, 0)
        dated = date if date in columns["t"] else columns["t"][0]
        lines.append(f"time: {{ column: {dated}, grains: [year] }}")
    lines += ["measures:", f"  figure: {quoted(figure)}"]
    if sink == "derived":
        lines.append(f"  ratio: {quoted('figure / nullif(rows_in_all, 1)')}")
        lines.append("  rows_in_all: count(*)")
    return [*lines, "audience: [readers, engineering]"]


def quoted(text: str) -> str:
    """A scalar of YAML."""
    return "'" + text.replace("'", "''") + "'"
