"""Entities: columns, keys, loads, references, rules, derived expressions."""

from fractions import Fraction

import convert
import forms
import kinds
import grow_names
import tree
from chance import Chance
from grow_expr import Grower, Name
from grow_values import CODES, any_kind, pool
from project import Column, Entity, Reference, Rule

ACTIONS = {"quarantine": 5, "warn": 4, "drop": 3}
TEXT_KEYS = ["k1", "k2", "k3", "k4", "k5", "k6", "K7", "ä8", "9"]
WHOLE_KEYS = ["1", "2", "3", "4", "5", "6", "007", "70"]
MAX_RULES = 3


class EntityGrower:
    """Grows the entities of a project, each after those that it may refer to."""

    def __init__(self, chance: Chance) -> None:
        self.chance = chance
        self.odd = 0.4 if chance.feature("odd_names", 0.25) else 0.0
        self.taken: set[str] = set()
        self.entities: list[Entity] = []

    def grow(self) -> list[Entity]:
        for _ in range(self.chance.weighted({0: 2, 1: 2, 2: 1})):
            self.entities.append(self.lookup())
        for _ in range(self.chance.weighted({1: 2, 2: 4, 3: 3, 4: 1})):
            self.entities.append(self.loaded())
        return self.entities

    def name(self) -> str:
        return grow_names.pick(self.chance, grow_names.ENTITIES, grow_names.ODD_ENTITIES, self.taken, self.odd)

    # --- kinds of entity ---

    def lookup(self) -> Entity:
        taken: set[str] = set()
        key = self.key_column(taken)
        columns = [key, *(self.column(taken, plain=True) for _ in range(self.chance.number(1, 2)))]
        if self.chance.feature("lookup_options", 0.1):
            columns[-1].default = next(iter(columns[-1].texts), "").strip(" ") or None
        return Entity(self.name(), columns, [key.name], lookup=True)

    def loaded(self) -> Entity:
        chance, taken = self.chance, set()
        name = self.name()
        load = chance.weighted({"upsert": 5, "append": 3, "history": 3, "snapshot": 2})
        keyed = load in ("upsert", "history") or chance.maybe(0.5 if load == "snapshot" else 0.2)
        columns = [self.key_column(taken)] if keyed else []
        if keyed and chance.maybe(0.1):
            columns.append(self.key_column(taken))
        keys = [column.name for column in columns]
        columns += [self.column(taken) for _ in range(chance.number(2, 5))]
        entity = Entity(name, columns, keys, pattern=f"{name}*.csv")
        if not (load == "upsert" and keyed or load == "append" and not keyed) or chance.maybe(0.3):
            entity.load = load
        self.add_references(entity, taken)
        if load == "history" or load == "upsert" and chance.maybe(0.5):
            self.add_sequence(entity, load, taken)
        if chance.maybe(0.2):
            entity.delimiter = chance.one([";", "|", "\t"])
        if chance.feature("dialects", 0.5):
            self.add_dialect(entity)
        if chance.maybe(0.1):
            entity.row_count = (chance.one([0, 1, 5, 40]), chance.one([None, "warn", "fail", "warn", "warn"]))
        self.add_rules(entity)
        self.add_derived(entity, taken)
        if chance.maybe(0.5):
            entity.columns = chance.shuffled(entity.columns)
        return entity

    def add_dialect(self, entity: Entity) -> None:
        """Files as other programs write them."""
        chance, dialect = self.chance, entity.dialect
        if chance.feature("json", 0.3):
            self.add_records(entity)
            return
        dialect.quote = chance.weighted({'"': 3, "'": 1})
        dialect.header = chance.maybe(0.8)
        dialect.skip = chance.weighted({0: 3, 1: 1, 2: 1})
        dialect.comment = chance.weighted({None: 3, "#": 1})
        dialect.encoding = chance.weighted({"utf-8": 3, "iso-8859-1": 1, "windows-1252": 1})
        self.add_forms(entity)
        if not dialect.header:
            for column in entity.columns:
                column.header = None

    def add_records(self, entity: Entity) -> None:
        """JSON, some columns of it inside of objects."""
        chance = self.chance
        entity.delimiter, entity.pattern = ",", f"{entity.name}*.json"
        entity.dialect.records = chance.weighted({"line": 2, "whole": 1})
        plain = [column for column in entity.columns if not set(column.delivered_as) & set("'\"\\`")]
        entity.dialect.inside = {column.name: chance.one(["in 1", "in.2"]) for column in plain if chance.maybe(0.4)}
        self.add_forms(entity)

    def add_forms(self, entity: Entity) -> None:
        """Words for no value, and the forms of dates, times and numbers."""
        chance, dialect = self.chance, entity.dialect
        stated = {text for column in entity.columns for text in (column.default, *(column.accepted or []))}
        dialect.nulls = [word for word in ("NULL", "-", "abc", "0") if word not in stated and chance.maybe(0.3)]
        dialect.dates = chance.weighted({None: 1, **dict.fromkeys(forms.DATES, 1)})
        dialect.timestamps = chance.one([None, (chance.one(list(forms.DATES)), chance.one(list(forms.TIMES)))])
        dialect.numbers = chance.weighted({None: 2, **dict.fromkeys(forms.NUMBERS, 1)})

    # --- columns ---

    def title(self, taken: set[str]) -> str:
        return grow_names.pick(self.chance, grow_names.COLUMNS, grow_names.ODD_COLUMNS, taken, self.odd)

    def key_column(self, taken: set[str]) -> Column:
        kind, texts = self.chance.weighted({(kinds.STRING, 0): 5, (kinds.INT, 1): 2, (kinds.BIGINT, 1): 1})
        column = Column(self.title(taken), kind, required=True, texts=list(WHOLE_KEYS if texts else TEXT_KEYS))
        if kind == kinds.STRING and self.chance.maybe(0.15):
            column.normalize = self.chance.one(["lower", "upper"])
        return column

    def column(self, taken: set[str], plain: bool = False) -> Column:
        chance = self.chance
        kind = any_kind(chance)
        if plain and kind == kinds.DOUBLE:
            kind = kinds.INT
        tame = plain or not chance.feature("limits", 0.3)
        column = Column(self.title(taken), kind, texts=pool(chance, kind, tame), tame=tame)
        if plain:
            column.texts = clean(column)
            return column
        if chance.maybe(0.15):
            column.header = chance.one(grow_names.HEADERS) + column.name[:3]
        self.add_validity(column)
        if chance.maybe(0.25):
            column.default = self.default(column)
        elif chance.maybe(0.25):
            column.required = True
            column.on_missing = chance.weighted({None: 4, "warn": 2, "drop": 1})
        if chance.maybe(0.4):
            column.on_invalid = chance.weighted(ACTIONS)
        if chance.feature("fail", 0.004):
            column.on_invalid = "fail"
        return column

    def add_validity(self, column: Column) -> None:
        chance = self.chance
        if column.kind == kinds.STRING:
            if chance.maybe(0.3):
                column.texts = list(CODES)
                column.normalize = chance.one([None, "lower", "upper"])
                change = {"lower": str.lower, "upper": str.upper, None: str}[column.normalize]
                if chance.maybe(0.6):
                    column.accepted = list(dict.fromkeys(change(text) for text in chance.some(CODES, 2, 5)))
                elif column.normalize is None:
                    column.matches = chance.one(["^[A-Z][0-9]*$", "^[A-Za-z]+$", "^[a-z]{2,}$", "[0-9]$"])
            elif chance.maybe(0.15):
                column.normalize = chance.one(["lower", "upper"])
        elif chance.maybe(0.12) and column.kind != kinds.DOUBLE:
            column.accepted = chance.some(clean(column), 2, 4) or None

    def default(self, column: Column) -> str | None:
        """A text that fits type, pattern and accepted values."""
        texts = column.accepted or clean(column)
        if column.matches or column.normalize and not column.accepted:
            return None
        return self.chance.one(texts) if texts else None

    # --- keys of others, versions, rules ---

    def add_references(self, entity: Entity, taken: set[str]) -> None:
        targets = [other for other in self.entities if len(other.key) == 1]
        used: set[str] = set()
        for _ in range(self.chance.weighted({0: 2, 1: 4, 2: 3, 3: 1}) if targets else 0):
            target = self.chance.one(targets)
            if target.loaded_by == "append" and not target.lookup and not self.chance.feature("repeating_key", 0.05):
                continue
            key = target.column(target.key[0])
            alias = None
            if target.name in used or self.chance.maybe(0.2):
                alias = f"{target.name}_{self.chance.one(['x', 'y', 'z', 'of'])}"
            longer = self.path_like(entity)
            if longer and self.chance.feature("alias_clash", 0.5):
                alias = self.chance.one(longer)
            if alias in used or alias in self.taken or alias is None and target.name in used:
                continue
            used.add(alias or target.name)
            column = Column(
                self.title(taken),
                key.kind,
                texts=[*key.texts, *key.texts, "99"],
                references=Reference(target.name, alias),
            )
            column.normalize = key.normalize
            column.required = self.chance.maybe(0.4)
            if self.chance.maybe(0.3):
                column.on_invalid = self.chance.weighted(ACTIONS)
            entity.columns.append(column)
        if len(entity.key) == 1 and entity.loaded_by != "append" and self.chance.feature("self_reference", 0.08):
            key = entity.column(entity.key[0])
            column = Column(
                self.title(taken), key.kind, texts=[*key.texts, "98"], references=Reference(entity.name, "parent")
            )
            column.normalize = key.normalize
            entity.columns.append(column)

    def path_like(self, entity: Entity) -> list[str]:
        """Names that look like a path of references: `b_c` beside the reference `b`, which leads to one to `c`."""
        entities = {other.name: other for other in self.entities}
        return [
            f"{first.called}_{second.called}"
            for _, first in entity.references
            for _, second in entities[first.entity].references
        ]

    def add_sequence(self, entity: Entity, load: str, taken: set[str]) -> None:
        chance = self.chance
        count = 2 if load == "upsert" and chance.maybe(0.2) else 1
        for _ in range(count):
            kind = chance.one([kinds.INT, kinds.DATE, kinds.TIMESTAMP, kinds.BIGINT])
            column = Column(self.title(taken), kind, required=True, texts=pool(chance, kind, True))
            if load == "history" and kind == kinds.INT:
                column.texts = [str(n) for n in range(1, 60)]
            entity.columns.append(column)
            entity.sequence.append(column.name)
        if chance.maybe(0.6):
            entity.delete_when = Grower(chance, own_names(entity)).condition(1)
            if chance.maybe(0.6):
                mark = Column(self.title(taken), kinds.STRING, texts=["I", "U", "U", "I", "D", "d", ""])
                entity.columns.append(mark)
                entity.delete_when = tree.compared(
                    "=", tree.column(mark.name, mark.kind), tree.literal("D", kinds.STRING)
                )

    def add_rules(self, entity: Entity) -> None:
        grower = Grower(self.chance, own_names(entity))
        for index in range(self.chance.number(0, MAX_RULES)):
            action = self.chance.weighted({None: 3, **ACTIONS, "warn": 6})
            if self.chance.feature("fail", 0.01):
                action = "fail"
            entity.rules[f"rule_{index}"] = Rule(grower.condition(self.chance.number(0, 3)), action)

    def add_derived(self, entity: Entity, taken: set[str]) -> None:
        for _ in range(self.chance.weighted({0: 3, 1: 2, 2: 1})):
            names = scope_of(entity, {e.name: e for e in (*self.entities, entity)}, depth=1)
            grower = Grower(self.chance, names)
            node = self.chance.one(
                [lambda: grower.number(2), lambda: grower.text(1), lambda: grower.condition(1), lambda: grower.day(1)]
            )()
            if node is not None and node.kind != kinds.DOUBLE and any(one.op == "column" for one in node.walk()):
                entity.derived[
                    grow_names.pick(self.chance, ["d_one", "d_two", "d_three"], ["d-x", "d größe"[:3]], taken, self.odd)
                ] = node


def clean(column: Column) -> list[str]:
    """Texts of the pool that specs can hold: those that are a value of the type as they stand, nothing rounded."""
    texts = dict.fromkeys(text.strip(" ") for text in column.texts)
    return [text for text in texts if text and "\n" not in text and is_exact(text, column)]


def is_exact(text: str, column: Column) -> bool:
    value = convert.read(text, column.kind)
    if column.kind == kinds.BOOLEAN:
        return text in ("true", "false")
    return value is not None and (column.kind.name != "decimal" or value == Fraction(text))


def own_names(entity: Entity) -> list[Name]:
    return [Name((), c.name, c.kind, c.tame, tuple(c.texts)) for c in entity.columns]


def scope_of(entity: Entity, entities: dict[str, Entity], depth: int, path: tuple[str, ...] = ()) -> list[Name]:
    """Everything that an expression over rows of an entity can name, along references up to a depth."""
    names = [Name(path, c.name, c.kind, c.tame, tuple(c.texts)) for c in entity.columns]
    names += [Name(path, name, node.kind, is_small(node)) for name, node in entity.derived.items()]
    for _, reference in entity.references if depth else ():
        names += scope_of(entities[reference.entity], entities, depth - 1, (*path, reference.called))
    return names


def is_small(node: tree.Node) -> bool:
    """Whether a derived value leaves room for arithmetic."""
    return node.kind.name != "decimal" or node.kind.precision <= 24
