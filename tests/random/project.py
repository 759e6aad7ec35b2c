"""A project as the generator makes it: specs with expressions as trees, and the files that arrive.

It is plain data, so that it can be copied, shrunk and written down.
"""

from dataclasses import dataclass, field
from datetime import datetime

from forms import Dialect
from kinds import Kind
from tree import Node


@dataclass
class Reference:
    entity: str
    alias: str | None = None

    @property
    def called(self) -> str:
        return self.alias or self.entity


@dataclass
class Column:
    name: str
    kind: Kind
    header: str | None = None
    required: bool = False
    on_missing: str | None = None
    normalize: str | None = None
    matches: str | None = None
    accepted: list[str] | None = None
    on_invalid: str | None = None
    default: str | None = None
    references: Reference | None = None
    # Not part of the spec: texts for files, and whether arithmetic on its values stays far from the limits of types.
    texts: list[str] = field(default_factory=list)
    tame: bool = True

    @property
    def delivered_as(self) -> str:
        return self.header or self.name


@dataclass
class Rule:
    condition: Node
    action: str | None = None


@dataclass
class Query:
    """Columns by name over the rows of a table: a column each, or, grouped by `g`, a number of rows or an extreme."""

    source: str
    columns: dict[str, Node]
    where: Node | None = None
    grouped: bool = False


@dataclass
class Entity:
    name: str
    columns: list[Column]
    key: list[str] = field(default_factory=list)
    load: str | None = None
    lookup: bool = False
    pattern: str = ""
    delimiter: str = ","
    dialect: Dialect = field(default_factory=Dialect)
    sequence: list[str] = field(default_factory=list)
    delete_when: Node | None = None
    rules: dict[str, Rule] = field(default_factory=dict)
    derived: dict[str, Node] = field(default_factory=dict)
    row_count: tuple[int, str | None] | None = None
    query: Query | None = None
    # The parts of the name of a table outside of the project, and whether it is read as a stream of appended rows.
    table: list[str] | None = None
    appends: bool = False

    @property
    def is_typed(self) -> bool:
        """Whether values come with types, from a query or a table."""
        return self.query is not None or self.table is not None

    def column(self, name: str) -> Column | None:
        """Names are compared without case."""
        return next((c for c in self.columns if c.name.lower() == name.lower()), None)

    @property
    def loaded_by(self) -> str:
        """How rows are loaded, with the default filled in."""
        return self.load or ("upsert" if self.key else "append")

    @property
    def references(self) -> list[tuple[Column, Reference]]:
        return [(c, c.references) for c in self.columns if c.references]


@dataclass
class Measure:
    expression: Node
    type: Kind | None = None
    empty: Node | None = None


@dataclass
class Per:
    entity: str
    columns: list[Node]
    where: Node | None = None


@dataclass
class Metric:
    name: str
    source: str
    measures: dict[str, Measure]
    where: Node | None = None
    per: Per | None = None
    dimensions: dict[str, Node] = field(default_factory=dict)
    time: tuple[Node, list[str]] | None = None
    tables: dict[str, list[Node]] | None = None


@dataclass
class File:
    """A file of the landing directory or a lookup: a header and rows of texts, and how they are written."""

    name: str
    header: list[str] | None
    rows: list[list[str]]
    modified: datetime
    end: str = "\n"
    mark: bool = False
    last_end: bool = True
    blank_after: set[int] = field(default_factory=set)
    quote_all: bool = False


@dataclass
class Project:
    entities: list[Entity]
    metrics: list[Metric]
    files: dict[str, list[File]]
    upper: bool = False
    features: set[str] = field(default_factory=set)

    def entity(self, name: str) -> Entity:
        return next(e for e in self.entities if e.name == name)
