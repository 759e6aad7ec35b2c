"""Entities whose rows are those of a table outside of the project."""

import kinds
import tree
from chance import Chance
from grow_entity import clean
from grow_query import QueryGrower
from grow_values import any_kind, pool
from project import Column, Entity, Reference


class TableGrower:
    """Grows entities over tables, with rules of all kinds; their values have types already."""

    def __init__(self, chance: Chance, entities: list[Entity]) -> None:
        self.chance = chance
        self.entities = entities

    def grow(self) -> list[Entity]:
        count = self.chance.weighted({1: 3, 2: 1}) if self.chance.feature("tables", 0.4) else 0
        return [self.table(index) for index in range(count)]

    def table(self, index: int) -> Entity:
        chance = self.chance
        key = [Column("k", chance.one([kinds.INT, kinds.STRING]), texts=["1", "2", "3"])] if chance.maybe(0.8) else []
        columns = [*key, *(self.column(f"t{place}") for place in range(chance.number(1, 4)))]
        targets = [other for other in self.entities if len(other.key) == 1 and (other.lookup or other.loaded_by != "append")]
        if targets and chance.maybe(0.6):
            target = chance.one(targets)
            of = target.column(target.key[0])
            reference = Reference(target.name, f"of_{index}")
            columns.append(Column("r", of.kind, texts=[*of.texts, "99"], references=reference, normalize=of.normalize))
        name = chance.one([["crm", f"t_{index}"], ["lake", "crm", f"T-{index}"]])
        entity = Entity(f"kept_{index}", columns, [column.name for column in key], table=name)
        QueryGrower(chance, self.entities).finished(entity)
        for column in columns:
            if not (column in key or column.references or column.matches or column.accepted or column.required):
                self.add_change(column)
        if chance.feature("appended_tables", 0.5):
            self.add_stream(entity)
        return entity

    def add_stream(self, entity: Entity) -> None:
        """Rows that are appended, and what becomes of those with one key."""
        chance = self.chance
        entity.appends = True
        if not entity.key:
            return
        entity.load = chance.weighted({None: 3, "upsert": 2, "history": 4, "append": 1})
        if entity.loaded_by == "append":
            return
        kind = chance.one([kinds.INT, kinds.TIMESTAMP])
        texts = [str(n) for n in range(1, 60)] if kind == kinds.INT else pool(chance, kind, True)
        entity.columns.append(Column("v", kind, required=True, texts=texts))
        entity.sequence = ["v"]
        if chance.maybe(0.6):
            entity.columns.append(Column("state", kinds.STRING, texts=["new", "kept", "gone", "gone"]))
            mark = tree.column("state", kinds.STRING)
            entity.delete_when = tree.compared("=", mark, tree.literal("gone", kinds.STRING))

    def column(self, name: str) -> Column:
        chance = self.chance
        kind = any_kind(chance)
        column = Column(name, kind, texts=pool(chance, kind, True))
        if chance.maybe(0.3):
            column.header = chance.one([f"{name}_there", f"No. {name}", f"{name} ({name})"])
        return column

    def add_change(self, column: Column) -> None:
        """What is made of values before rules see them."""
        chance, exact = self.chance, clean(column)
        if column.kind == kinds.STRING and chance.maybe(0.4):
            column.normalize = chance.one(["lower", "upper"])
        elif exact and chance.maybe(0.3):
            column.default = chance.one(exact)
