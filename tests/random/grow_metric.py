"""Metrics: conditions, dimensions, measures of all aggregates and over each other, periods, one row per entity."""

from decimal import Decimal

import grow_names
import kinds
import tree
from chance import Chance
from grow_entity import scope_of
from grow_expr import Grower, Name
from kinds import BIGINT, BOOLEAN, DATE, DOUBLE, STRING, TIMESTAMP, Kind
from project import Entity, Measure, Metric, Per
from tree import Node

GRAINS = ["day", "week", "month", "quarter", "year"]
ROUNDED = [Kind("decimal", 18, 2), Kind("decimal", 18, 4), Kind("decimal", 20, 0), Kind("decimal", 12, 1)]


class MetricGrower:
    """Grows the metrics of a project over its entities."""

    def __init__(self, chance: Chance, entities: list[Entity], odd: float, taken: set[str]) -> None:
        self.chance, self.odd, self.taken = chance, odd, taken
        self.entities = {entity.name: entity for entity in entities}

    def grow(self) -> list[Metric]:
        loaded = [entity for entity in self.entities.values() if not entity.lookup]
        return [self.metric(self.chance.one(loaded)) for _ in range(self.chance.weighted({0: 1, 1: 3, 2: 3, 3: 1}))]

    def metric(self, source: Entity) -> Metric:
        chance = self.chance
        name = grow_names.pick(chance, grow_names.METRICS, [], self.taken, 0)
        scope = scope_of(source, self.entities, depth=2)
        metric = Metric(name, source.name, {})
        if chance.maybe(0.6):
            metric.where = Grower(chance, scope).condition(chance.number(0, 3))
        targets = self.per_targets(source)
        taken = {"period_start", "row_count", "copies"}
        if targets and chance.maybe(0.35):
            self.add_per(metric, self.entities[chance.one(targets)], taken)
        else:
            self.add_tables(metric, scope, taken)
        self.add_measures(metric, source, scope, taken)
        return metric

    def per_targets(self, source: Entity) -> list[str]:
        targets = [reference.entity for _, reference in source.references]
        return [name for name in targets if targets.count(name) == 1 and name != source.name]

    def dimensions(self, scope: list[Name], taken: set[str]) -> dict[str, Node]:
        grower, found = Grower(self.chance, scope), {}
        for _ in range(self.chance.weighted({0: 2, 1: 2, 2: 1})):
            shapes = [
                lambda: grower.text(1),
                lambda: grower.condition(2),
                lambda: grower.day(1),
                lambda: grower.number(2),
            ]
            node = self.chance.one(shapes)()
            if node is not None and node.kind != DOUBLE:
                found[
                    grow_names.pick(self.chance, ["band", "part", "group_of"], ["x-band", "größer"], taken, self.odd)
                ] = node
        return found

    def listed(self, scope: list[Name], dimensions: dict[str, Node], taken: set[str], least: int) -> list[Node]:
        """Names for `by` or `columns`, none twice."""
        names = [name for name in scope if name.kind != DOUBLE] + [
            Name((), n, d.kind, True) for n, d in dimensions.items()
        ]
        found, seen = [], set(taken)
        for name in self.chance.shuffled(names):
            if len(found) >= self.chance.number(least, 3):
                break
            if name.name.casefold() not in seen or not name.path and name.name in dimensions:
                seen.add(name.name.casefold())
                found.append(name.node())
        return found

    def add_tables(self, metric: Metric, scope: list[Name], taken: set[str]) -> None:
        chance = self.chance
        # A dimension that has the name of a column would hide it.
        taken |= {name.name.casefold() for name in scope if not name.path}
        metric.dimensions = self.dimensions(scope, taken)
        timed = [name for name in scope if name.kind in (DATE, TIMESTAMP) and not name.path]
        if timed and chance.maybe(0.45):
            metric.time = (chance.one(timed).node(), chance.some(GRAINS, 1, 2))
        if chance.maybe(0.1):
            return
        metric.tables = {}
        for index in range(chance.weighted({1: 4, 2: 2, 3: 1})):
            # Measures get other names than all that may be listed.
            by = self.listed(scope, metric.dimensions, {"period_start"}, 0)
            metric.tables[f"{metric.name}_{index + 1}"] = by
        taken |= {node.value[1].casefold() for by in metric.tables.values() for node in by}

    def add_per(self, metric: Metric, target: Entity, taken: set[str]) -> None:
        scope = scope_of(target, self.entities, depth=1)
        taken |= {name.name.casefold() for name in scope if not name.path}
        metric.dimensions = self.dimensions(scope, taken)
        columns = self.listed(scope, metric.dimensions, {"period_start"}, 1)
        key = tree.column(target.key[0], target.column(target.key[0]).kind)
        if not columns or self.chance.maybe(0.7):
            columns = [key, *(node for node in columns if node.value[1].casefold() != target.key[0].casefold())]
        metric.per = Per(target.name, columns)
        taken |= {node.value[1].casefold() for node in columns}
        if self.chance.maybe(0.5):
            metric.per.where = Grower(self.chance, scope).condition(self.chance.number(0, 2))

    # --- measures ---

    def add_measures(self, metric: Metric, source: Entity, scope: list[Name], taken: set[str]) -> None:
        for _ in range(self.chance.number(1, 4)):
            name = grow_names.pick(self.chance, grow_names.MEASURES, grow_names.ODD_MEASURES, taken, self.odd)
            metric.measures[name] = self.measure(source, scope, metric.per is not None)
        for _ in range(self.chance.weighted({0: 3, 1: 2, 2: 1, 3: 1})):
            measure = self.derived(metric)
            if measure is not None:
                name = grow_names.pick(self.chance, grow_names.MEASURES, grow_names.ODD_MEASURES, taken, self.odd)
                metric.measures[name] = measure

    def measure(self, source: Entity, scope: list[Name], per: bool) -> Measure:
        chance = self.chance
        node = self.aggregate(source, scope)
        if not per and node.kind.is_exact and chance.maybe(0.15):
            other = self.aggregate(source, scope)
            combined = tree.binary(chance.one(["+", "-", "/"]), node, other) if other.kind.is_exact else node
            node = combined if combined.kind.name != "decimal" or combined.kind.precision < 38 else node
        measure = Measure(node)
        if node.kind.is_number and chance.maybe(0.35):
            measure.type = chance.one(ROUNDED)
        if per and chance.maybe(0.35) and chance.feature("per_defaults", 0.9):
            measure.empty = empty_value(chance, measure.type or node.kind)
        return measure

    def aggregate(self, source: Entity, scope: list[Name]) -> Node:
        """One aggregate. What is added up comes from the rows themselves, not from what they refer to alone."""
        chance = self.chance
        own = [name for name in scope if not name.path]
        grower, own_grower = (
            Grower(chance, scope),
            Grower(chance, [n for n in own if n.name not in source.derived] or own),
        )
        shape = chance.weighted(
            {"rows": 3, "sum": 5, "avg": 3, "extreme": 3, "count": 2, "distinct": 3, "if": 1, "set": 1, "logic": 1}
        )
        condition = (grower.condition(1),) if chance.maybe(0.15) and shape != "rows" else ()
        match shape:
            case "sum" | "avg":
                number = self.summand(own_grower, grower)
                if number is not None:
                    kind = kinds.summed(number.kind) if shape == "sum" else kinds.averaged(number.kind)
                    return Node("aggregate", kind, (number, *condition), (shape, chance.maybe(0.05)))
            case "extreme":
                value = self.comparable(grower)
                return Node("aggregate", value.kind, (value, *condition), (chance.one(["min", "max"]), False))
            case "count" | "distinct":
                value = chance.one(own if shape == "count" else scope).node()
                return Node("aggregate", BIGINT, (value, *condition), ("count", shape == "distinct"))
            case "if":
                return Node("aggregate", BIGINT, (own_grower.condition(2),), ("count_if", False))
            case "set":
                text = grower.text(1)
                if text is not None:
                    return Node("aggregate", kinds.STRINGS, (text,), ("collect_set", False))
            case "logic":
                return Node("aggregate", BOOLEAN, (grower.condition(1),), (chance.one(["bool_or", "bool_and"]), False))
        return Node("aggregate", BIGINT, (), ("count", False))

    def summand(self, own: Grower, all_names: Grower) -> Node | None:
        """A number with a column of the rows themselves in its value, with room for a sum."""
        number = own.number(2)
        if number is not None and self.chance.maybe(0.3) and number.kind != DOUBLE:
            factor = all_names.named(lambda name: name.kind.is_exact and name.tame and name.path)
            number = tree.binary("*", number, factor) if factor is not None else number
        if number is None or number.kind == DOUBLE or not any(node.op == "column" for node in number.walk()):
            return None
        return number if number.kind.name != "decimal" or number.kind.precision <= 27 else None

    def comparable(self, grower: Grower) -> Node:
        kind = self.chance.one([STRING, DATE, TIMESTAMP, "number", "number", DOUBLE])
        named = grower.named(lambda name: name.kind.is_exact if kind == "number" else name.kind == kind)
        return named or self.chance.one([name for name in grower.names]).node()

    def derived(self, metric: Metric) -> Measure | None:
        """An expression over measures that are there."""
        chance = self.chance
        nests = chance.feature("nested_measures", 0.5)
        named = {n: m for n, m in metric.measures.items() if nests or m.expression.op == "aggregate"}
        known = [tree.measure(n, m.type or m.expression.kind) for n, m in named.items()]
        numbers = [node for node in known if node.kind.is_exact]
        if not numbers or metric.per and not chance.feature("per_defaults", 0.9):
            return None
        left, right = chance.one(numbers), chance.one(numbers)
        shape = chance.weighted({"/": 5, "-": 2, "+": 1, "*": 1, "div": 1, "%": 1, "case": 1, "test": 1, "coalesce": 1})
        if shape in ("div", "%") and not chance.feature("whole_division", 0.9):
            shape = "/"
        number = tree.literal(chance.one([1, 2, 100]), kinds.INT)
        match shape:
            case "/" | "div" | "%":
                if chance.maybe(0.3):
                    less = tree.binary("-", right, number)
                    right = Node("nested", less.kind, (less,))
                node = tree.binary(shape, left, right)
            case "+" | "-":
                node = tree.binary(shape, left, right)
            case "*":
                node = tree.binary("*", left, number)
            case "case":
                condition = tree.compared(">", right, tree.literal(1, kinds.INT))
                node = Node("case", left.kind, (condition, left))
            case "test":
                node = tree.compared(chance.one([">", "<", "=", "<>"]), left, number)
            case _:
                node = Node("coalesce", kinds.wider(left.kind, kinds.INT), (left, tree.literal(0, kinds.INT)))
        measure = Measure(node)
        if node.kind.is_number and (chance.maybe(0.4) or node.kind.name == "decimal" and node.kind.precision == 38):
            measure.type = chance.one(ROUNDED)
        if metric.per and chance.maybe(0.2):
            measure.empty = empty_value(chance, measure.type or node.kind)
        return measure


def empty_value(chance: Chance, kind: Kind) -> Node | None:
    """A value for no rows, in the type of the measure."""
    if kind.is_whole or kind == DOUBLE:
        return tree.literal(chance.one([0, -1]), kinds.INT)
    if kind.name == "decimal":
        return (
            chance.one([tree.literal(0, kinds.INT), tree.literal(Decimal("0.5"), Kind("decimal", 1, 1))])
            if kind.scale
            else None
        )
    return {STRING: tree.literal("none", STRING), BOOLEAN: tree.literal(False, BOOLEAN)}.get(kind)
