"""Takes generated pipeline SQL apart, for checks that must not rely on the program's own parser.

Only the forms that `gen build` writes are known. Anything else is a `ValueError`, so that nothing goes unchecked.
"""

import re
from dataclasses import dataclass, field

TOKEN = re.compile(
    r"(?P<space>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>r?'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\")|`(?:[^`]|``)*`|\w+|=>|.", re.DOTALL
)
NAME = r"(?:`(?:[^`]|``)*`|\w+)"
OUTSIDE = rf"\bFROM (?:STREAM )?({NAME}(?:\.{NAME}){{1,2}})(?!\S)"
DATASET = re.compile(
    r"CREATE (?:OR REFRESH )?(?:PRIVATE )?(STREAMING TABLE|MATERIALIZED VIEW|TEMPORARY VIEW|VIEW) (" + NAME + r")\s*(.*)", re.DOTALL
)
INSERT = re.compile(rf"CREATE FLOW {NAME} AS\s+INSERT INTO ({NAME}) BY NAME\s+(.*)", re.DOTALL)
AUTO_CDC = re.compile(
    rf"CREATE FLOW {NAME} AS AUTO CDC INTO (?P<target>{NAME})\s+FROM STREAM\((?P<source>{NAME})\)\s+KEYS \((?P<keys>.*?)\)\s+"
    r"(?:IGNORE NULL UPDATES(?:\s+ON\s+\(.*?\))?\s+)?(?:APPLY AS DELETE WHEN (?P<delete>.*?)\s+)?SEQUENCE BY (?P<sequence>.*?)\s+"
    r"COLUMNS (?P<columns>\* EXCEPT \(.*?\)|\(.*?\))\s+STORED AS SCD TYPE (?P<type>[12])(?:\s+TRACK HISTORY ON .*)?",
    re.DOTALL,
)


@dataclass
class Dataset:
    """A dataset: columns as (name, type), expectations as (name, condition), and the queries that fill it."""

    kind: str
    name: str
    columns: list = field(default_factory=list)
    expectations: list = field(default_factory=list)
    queries: list = field(default_factory=list)


@dataclass
class Change:
    """An AUTO CDC flow: `probe` is a query over its source that holds every expression of the flow."""

    target: str
    query: str
    probe: str


def tokens(sql: str) -> list[tuple[bool, str]]:
    """The words of a text, each with whether it is space or a comment."""
    return [(found["space"] is not None, found[0]) for found in TOKEN.finditer(sql)]


def split(sql: str, at: str) -> list[str]:
    """The parts of a text between marks that stand in no brackets; `<` and `>` are not counted."""
    parts, depth = [""], 0
    for is_space, word in tokens(sql):
        depth += (word == "(") - (word == ")")
        if word == at and depth == 0:
            parts.append("")
        else:
            # A comment separates words.
            parts[-1] += re.sub(r"\S+.*", "", word) or " " if is_space and word.startswith(("--", "/*")) else word
    return [part.strip() for part in parts if part.strip()]


def bracket(sql: str) -> tuple[str, str]:
    """What stands in the bracket at the start of a text, and what follows it."""
    depth, at = 0, 0
    for _, word in tokens(sql):
        depth += (word == "(") - (word == ")")
        at += len(word)
        if depth == 0:
            return sql[1 : at - 1], sql[at:].strip()
    raise ValueError(f"a bracket without an end: {sql[:60]!r}")


def unquoted(name: str) -> str:
    return name[1:-1].replace("``", "`") if name.startswith("`") else name


def type_of(definition: str) -> str:
    """The type at the start of what follows a column's name."""
    word = re.match(r"\w+", definition)
    if word is None:
        raise ValueError(f"no type in {definition!r}")
    depth, end = 0, word.end()
    while end < len(definition) and (depth > 0 or definition[end] in "(<"):
        depth += (definition[end] in "(<") - (definition[end] in ")>")
        end += 1
    return definition[:end]


def columns(items: str) -> list[tuple[str, str]]:
    """Columns of a list, whose types may have commas between `<` and `>` too."""
    found, part = [], ""
    for item in split(items, ","):
        part += item
        if part.startswith(("CONSTRAINT ", "PRIMARY ", "FOREIGN ")):
            part = ""
            continue
        words = [word for _, word in tokens(part)]
        if words.count("<") > words.count(">"):
            part += ", "
            continue
        column = re.fullmatch(rf"({NAME})\s+(.*)", part, re.DOTALL)
        if column is None:
            raise ValueError(f"no column: {part!r}")
        found.append((unquoted(column[1]), type_of(column[2])))
        part = ""
    return found


def expectation(item: str) -> tuple[str, str] | None:
    found = re.match(rf"CONSTRAINT ({NAME})\s+EXPECT\s*(\(.*)", item, re.DOTALL)
    return found and (unquoted(found[1]), bracket(found[2])[0])


def query_of(rest: str) -> tuple[str, str]:
    """What follows a list of columns, as clauses and query."""
    depth, at = 0, 0
    for _, word in tokens(rest):
        if word == "AS" and depth == 0:
            return rest[:at], rest[at + 2 :].strip()
        depth += (word == "(") - (word == ")")
        at += len(word)
    return rest, ""


def dataset(found: re.Match) -> Dataset:
    made = Dataset(found[1], unquoted(found[2]))
    rest = found[3]
    if rest.startswith("("):
        items, rest = bracket(rest)
        made.columns = columns(items)
        made.expectations = list(filter(None, map(expectation, split(items, ","))))
        if len(made.expectations) != len(re.findall(r"\bEXPECT\b", "".join(word for _, word in tokens(items) if word[0] != "'"))):
            raise ValueError(f"{made.name}: an expectation in an unknown form")
    clauses, query = query_of(rest)
    left = re.sub(r"'(?:[^'\\]|\\.)*'", "", clauses)
    for clause in (r"TBLPROPERTIES \([^)]*\)", r"CLUSTER BY (?:AUTO|\([^)]*\))", r"WITH ROW FILTER \S+ ON \([^)]*\)", r"COMMENT\s"):
        left = re.sub(clause, "", left + " ")
    if left.strip():
        raise ValueError(f"{made.name}: unknown clause {left.strip()!r}")
    made.queries = [query] if query else []
    return made


def change(found: re.Match) -> Change:
    listed = found["columns"]
    sequence = found["sequence"]
    query = f"SELECT {listed if listed.startswith('*') else listed[1:-1]}"
    if found["type"] == "2":
        query += f", {sequence} AS __START_AT, {sequence} AS __END_AT"
    probe = f"SELECT {found['keys']}, {sequence}, {found['delete'] or 'TRUE'} FROM STREAM {found['source']}"
    return Change(unquoted(found["target"]), f"{query} FROM STREAM {found['source']}", probe)


def read(sql: str) -> tuple[list[Dataset], list]:
    """Datasets of a file, and its flows: a `Change`, or the name of the target and a query. Schemas of layers are left out."""
    sql = re.sub(r"\$\{(?:\w+_)?schema\}\.", "", sql)
    datasets, flows = [], []
    for statement in split(sql, ";"):
        if found := DATASET.fullmatch(statement):
            datasets.append(dataset(found))
        elif found := AUTO_CDC.fullmatch(statement):
            flows.append(change(found))
        elif found := INSERT.fullmatch(statement):
            flows.append((unquoted(found[1]), found[2]))
        else:
            raise ValueError(f"a statement in an unknown form: {statement[:80]!r}")
    return datasets, flows


def file_reads(query: str) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every call of `read_files`, with `STREAM` before it, and the columns that it gives."""
    found = []
    for start in re.finditer(r"\bread_files(?=\()", query):
        options = bracket(query[start.end() :])[0]
        schema = re.search(r"schema => '((?:[^'\\]|\\.)*)'", options)
        if schema is None:
            raise ValueError("`read_files` without a schema")
        given = columns(re.sub(r"\\(.)", r"\1", schema[1]))
        rescued = re.search(r"rescuedDataColumn => '(\w+)'", options)
        # The column is added to what the schema lists (docs/unverified.md).
        found.append((f"read_files({options})", given + ([(rescued[1], "STRING")] if rescued else [])))
    return found


def outside_reads(query: str, dataset: Dataset) -> list[tuple[str, list[tuple[str, str]]]]:
    """Every table that a query reads by a name of two or three parts, with the columns that an expectation lists of it."""
    names = re.findall(OUTSIDE, query)
    if not names:
        return []
    listed = [re.search(r"_column_types = '((?:[^'\\]|\\.)*)'", condition) for _, condition in dataset.expectations]
    [types] = [re.sub(r"\\(.)", r"\1", found[1]) for found in listed if found]
    return [(name, [tuple(column.rsplit(" ", 1)) for column in types.split(", ")]) for name in names]
