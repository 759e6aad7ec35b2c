"""From rows to figures: references, metrics, and what tables of a metric must add up to."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction

import convert
from evaluate import aggregate, evaluate
from project import Measure, Metric
from silver import Row, Silver
from tree import Node

ADVERBS = {"day": "daily", "week": "weekly", "month": "monthly", "quarter": "quarterly", "year": "annual"}


class Rows:
    """Rows of all entities, with the references between them."""

    def __init__(self, silvers: dict[str, Silver]) -> None:
        self.silvers = silvers
        self.indexes: dict[str, dict[object, Row]] = {}
        for name, silver in silvers.items():
            if len(silver.entity.key) == 1:
                key = silver.entity.column(silver.entity.key[0]).name
                self.indexes[name] = {row[key]: row for row in silver.current}

    def find(self, entity: str, value: object) -> Row | None:
        return None if value is None else self.indexes[entity].get(value)

    def missing(self, entity: str, row: Row) -> list[str]:
        """The columns of a row whose value nobody knows."""
        references = self.silvers[entity].entity.references
        return [
            column.name
            for column, reference in references
            if row[column.name] is not None
            and not self.silvers[reference.entity].entity.lookup
            and self.find(reference.entity, row[column.name]) is None
        ]

    def leaf(self, entity: str, row: Row | None, dimensions: dict[str, Node]) -> Callable[[Node], object]:
        """What columns are worth that an expression over a row names: own, referenced, derived, dimensions."""

        def value(node: Node) -> object:
            path, name = node.value
            if not path and (found := by_name(dimensions, name)):
                return evaluate(found, value)
            own, at = self.silvers[entity].entity, row
            if path and path[0].lower() == own.name:
                path = path[1:]
            for alias in path:
                column, reference = {r.called.lower(): (c, r) for c, r in own.references}[alias.lower()]
                at = None if at is None else self.find(reference.entity, at[column.name])
                own = self.silvers[reference.entity].entity
            if (column := own.column(name)) is not None:
                return None if at is None else at[column.name]
            derived = {called.lower(): node for called, node in own.derived.items()}[name.lower()]
            return evaluate(derived, self.leaf(own.name, at, {}))

        return value


def by_name(nodes: dict[str, Node], name: str) -> Node | None:
    return next((node for own, node in nodes.items() if own.lower() == name.lower()), None)


# --- metrics ---------------------------------------------------------------------------------------------------------


def measured(metric: Metric, rows: Rows) -> list[Row]:
    """The rows that take part: all their references resolve, and the condition is true."""
    dimensions = {} if metric.per else metric.dimensions
    return [
        row
        for row in rows.silvers[metric.source].current
        if not rows.missing(metric.source, row)
        and (metric.where is None or evaluate(metric.where, rows.leaf(metric.source, row, dimensions)) is True)
    ]


def start_of(day: date, grain: str) -> date:
    match grain:
        case "week":
            return day - timedelta(days=day.weekday())
        case "month":
            return day.replace(day=1)
        case "quarter":
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case "year":
            return day.replace(month=1, day=1)
    return day


def tables(metric: Metric, rows: Rows) -> dict[str, tuple[list[str], list[tuple]]]:
    """Every table of a metric: its columns and rows."""
    if metric.per:
        return {metric.name: per_table(metric, rows)}
    found = {}
    declared = {metric.name: []} if metric.tables is None else metric.tables
    grains = metric.time[1] if metric.time else [None]
    for name, by in declared.items():
        for grain in grains:
            called = f"{name}_{ADVERBS[grain]}" if grain else name
            found[called] = grouped_table(metric, by, grain, rows)
    return found


def grouped_table(metric: Metric, by: list[Node], grain: str | None, rows: Rows) -> tuple[list[str], list[tuple]]:
    groups: dict[tuple, list] = {}
    for row in measured(metric, rows):
        leaf = rows.leaf(metric.source, row, metric.dimensions)
        group = [evaluate(node, leaf) for node in by]
        if grain:
            moment = evaluate(metric.time[0], leaf)
            day = moment.date() if isinstance(moment, datetime) else moment
            group.insert(0, None if day is None else start_of(day, grain))
        groups.setdefault(tuple(group), []).append(leaf)
    if not by and not grain:
        # A total has a row, whether there is anything to measure or not.
        groups.setdefault((), [])
    columns = [*(["period_start"] if grain else []), *(node.value[1] for node in by), *metric.measures]
    return columns, [(*group, *figures(metric.measures, leaves).values()) for group, leaves in groups.items()]


def per_table(metric: Metric, rows: Rows) -> tuple[list[str], list[tuple]]:
    per = metric.per
    reference = next(c for c, r in rows.silvers[metric.source].entity.references if r.entity == per.entity)
    key = rows.silvers[per.entity].entity.key[0]
    groups: dict[object, list] = {}
    for row in measured(metric, rows):
        groups.setdefault(row[reference.name], []).append(rows.leaf(metric.source, row, {}))
    found = []
    for row in rows.silvers[per.entity].current:
        leaf = rows.leaf(per.entity, row, metric.dimensions)
        if per.where is None or evaluate(per.where, leaf) is True:
            own = groups.get(row[rows.silvers[per.entity].entity.column(key).name], [])
            measures = figures(metric.measures, own, fills=True)
            found.append((*(evaluate(node, leaf) for node in per.columns), *measures.values()))
    return [*(node.value[1] for node in per.columns), *metric.measures], found


def figures(measures: dict[str, Measure], leaves: list, fills: bool = False) -> dict[str, object]:
    """All measures over some rows. With `fills`, no rows give the declared value, or that of counts and collections."""
    known: dict[str, object] = {}

    def worth(node: Node) -> object:
        if node.op == "aggregate":
            return aggregate(node, leaves)
        return value_of({name.lower(): name for name in measures}[node.value.lower()])

    def value_of(name: str) -> object:
        if name not in known:
            measure = measures[name]
            if fills and not leaves and (measure.empty is not None or not is_derived(measure)):
                known[name] = nothing(measure)
            else:
                known[name] = finished(measure, worth, leaves)
        return known[name]

    return {name: value_of(name) for name in measures}


def is_derived(measure: Measure) -> bool:
    return any(node.op == "measure" for node in measure.expression.walk())


def nothing(measure: Measure) -> object:
    """The value where there are no rows."""
    if measure.empty is not None:
        return evaluate(measure.empty, lambda node: None)
    node = bare(measure.expression)
    function = node.value[0] if node.op == "aggregate" else None
    return {"count": 0, "count_if": 0, "collect_set": []}.get(function)


def bare(node: Node) -> Node:
    return bare(node.args[0]) if node.op == "nested" else node


def finished(measure: Measure, worth: Callable[[Node], object], leaves: list) -> object:
    """A measure in its declared type. A quotient or an average is rounded once, on the way to that type."""
    node, wanted = bare(measure.expression), measure.type
    if wanted is None:
        return evaluate(node, worth)
    if wanted.name == "decimal" and node.op == "/":
        left, right = (evaluate(arg, worth) for arg in node.args)
        return None if left is None or not right else convert.fitting(Fraction(left) / Fraction(right), wanted)
    if wanted.name == "decimal" and node.op == "aggregate" and node.value[0] == "avg":
        values = averaged_values(node, leaves)
        return convert.fitting(sum(values) / len(values), wanted) if values else None
    return convert.cast(evaluate(node, worth), wanted)


def averaged_values(node: Node, leaves: list) -> list[Fraction]:
    if len(node.args) > 1:
        leaves = [leaf for leaf in leaves if evaluate(node.args[1], leaf) is True]
    values = [value for leaf in leaves if (value := evaluate(node.args[0], leaf)) is not None]
    return [Fraction(value) for value in (dict.fromkeys(values) if node.value[1] else values)]


def totals(metric: Metric, rows: Rows) -> dict[str, object]:
    """Every measure over all measured rows at once; with `per`, over those of the rows that are shown."""
    chosen = measured(metric, rows)
    if metric.per:
        per = metric.per
        reference = next(c for c, r in rows.silvers[metric.source].entity.references if r.entity == per.entity)
        shown = lambda row: (
            (found := rows.find(per.entity, row[reference.name])) is not None
            and (  # noqa: E731
                per.where is None or evaluate(per.where, rows.leaf(per.entity, found, metric.dimensions)) is True
            )
        )
        chosen = [row for row in chosen if shown(row)]
    return figures(metric.measures, [rows.leaf(metric.source, row, metric.dimensions) for row in chosen])
