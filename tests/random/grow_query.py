"""Entities whose rows a query over a table of another entity gives."""

import kinds
import tree
from chance import Chance
from grow_entity import ACTIONS, clean, own_names
from grow_expr import Grower
from project import Column, Entity, Query, Reference, Rule
from tree import Node


class QueryGrower:
    """Grows queries of two forms: some rows with some columns of a table, or one row for each value of a column."""

    def __init__(self, chance: Chance, entities: list[Entity]) -> None:
        self.chance = chance
        self.entities = entities

    def grow(self) -> list[Entity]:
        """None, one, or two, of which the second may read the first."""
        grown: list[Entity] = []
        for index in range(self.chance.weighted({0: 1, 1: 3, 2: 2}) if self.chance.feature("queries", 0.7) else 0):
            sources = [entity for entity in self.entities if not entity.lookup] + grown
            source = self.chance.one([*sources, *grown])
            grown.append(self.groups(source, index) if self.chance.maybe(0.4) else self.rows(source, index))
        return grown

    def rows(self, source: Entity, index: int) -> Entity:
        chance = self.chance
        chosen = chance.shuffled(chance.some(source.columns, 1, len(source.columns)))
        columns = [self.copied(column, f"q{place}") for place, column in enumerate(chosen)]
        query = Query(source.name, {new.name: tree.column(old.name, old.kind) for new, old in zip(columns, chosen)})
        if chance.maybe(0.6):
            query.where = self.condition(source)
        key = [columns[chosen.index(column)].name for column in chosen if column.name in source.key]
        is_unique = len(key) == len(source.key) > 0 and source.loaded_by in ("upsert", "snapshot")
        if not (is_unique and chance.maybe(0.7)):
            is_risky = chance.feature("repeated_key_of_query", 0.04)
            key = [columns[0].name] if is_risky and columns[0].kind != kinds.DOUBLE else []
        return self.finished(Entity(f"rows_{index}", columns, key, query=query))

    def groups(self, source: Entity, index: int) -> Entity:
        chance = self.chance
        by = chance.one([column for column in source.columns if column.kind != kinds.DOUBLE] or source.columns)
        key = self.copied(by, "g")
        columns = [key, Column("n", kinds.BIGINT, texts=["1", "2", "3"])]
        query = Query(source.name, {"g": tree.column(by.name, by.kind), "n": Node("count_rows", kinds.BIGINT)}, grouped=True)
        measured = [column for column in source.columns if column.kind in (kinds.INT, kinds.DATE, kinds.STRING, kinds.TIMESTAMP)]
        for word in ("max", "min"):
            if measured and chance.maybe(0.6):
                of = chance.one(measured)
                columns.append(Column(word, of.kind, texts=of.texts, tame=of.tame))
                query.columns[word] = Node(word, of.kind, (tree.column(of.name, of.kind),))
        if chance.maybe(0.5):
            query.where = self.condition(source)
        # Numbers that are not exact make no key.
        return self.finished(Entity(f"groups_{index}", columns, [] if by.kind == kinds.DOUBLE else ["g"], query=query))

    def copied(self, column: Column, name: str) -> Column:
        """The same column in the table of the query, under another name."""
        copy = Column(name, column.kind, texts=column.texts, tame=column.tame)
        if column.references and self.chance.maybe(0.5):
            copy.references = Reference(column.references.entity, f"{name}_of")
        return copy

    def finished(self, entity: Entity) -> Entity:
        """The entity with rules of all kinds."""
        chance = self.chance
        for column in entity.columns:
            exact = clean(column)
            if column.kind == kinds.STRING and column.references is None and chance.maybe(0.2):
                column.matches = chance.one(["^[A-Z][0-9]*$", "^[A-Za-z]+$", "[0-9]$"])
            elif column.kind not in (kinds.DOUBLE, kinds.BOOLEAN) and column.references is None and len(exact) > 2 and chance.maybe(0.2):
                column.accepted = chance.some(exact, 2, 5)
            if column.matches or column.accepted:
                column.on_invalid = chance.one([None, *ACTIONS])
            if column.name not in entity.key and chance.maybe(0.2):
                column.required = True
                column.on_missing = chance.one([None, "warn", "drop"])
        grower = Grower(chance, own_names(entity))
        for index in range(chance.number(0, 2)):
            entity.rules[f"rule_{index}"] = Rule(grower.condition(chance.number(0, 2)), chance.weighted({None: 3, **ACTIONS}))
        return entity

    def condition(self, source: Entity) -> Node:
        """A condition that no row can make fail: nothing guards what a query computes."""
        parts = [self.test(source) for _ in range(self.chance.number(1, 3))]
        return parts[0] if len(parts) == 1 else Node(self.chance.one(["and", "or"]), kinds.BOOLEAN, tuple(parts))

    def test(self, source: Entity) -> Node:
        column = self.chance.one(source.columns)
        node = tree.column(column.name, column.kind)
        words = {kinds.STRING: str, kinds.INT: int, kinds.BIGINT: int}
        texts = [text for text in clean(column) if column.kind in words]
        if not texts or self.chance.maybe(0.3):
            return Node("is", kinds.BOOLEAN, (node,), self.chance.one(["null", "not null"]))
        literal = tree.literal(words[column.kind](self.chance.one(texts)), column.kind)
        return tree.compared(self.chance.one(["=", "<>", "<", ">="]), node, literal)
