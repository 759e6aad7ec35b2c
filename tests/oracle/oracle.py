"""Computes every table of the shipped project from a landing directory, in plain Python.

It is the domain's rules in executable form and shares no code, no SQL and no engine with the generator, so that a
table of `gen run` that equals the oracle's is right for two independent reasons. It is slow, single-minded and knows
nothing but the shipped specs.

    python3 tests/oracle/oracle.py --landing DIR [--out DIR]

With `--out` each table becomes a JSON file of canonical texts; without it only row counts are printed.
"""

import argparse
import json
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import metrics
from entities import COLUMNS, JUDGES, KEYS, Judged, Row, Value, by_key, missing_references, newest
from landing import Line, read_landing
from states import NAMES, TIMEZONES

ENTITIES = tuple(JUDGES)
TYPES = {"price": "decimal", "order_date": "date", "quantity": "int"}
ORIGIN = (("_rescued_data", "json"), ("_file_name", "text"), ("_file_modified_at", "timestamp"))


@dataclass(frozen=True)
class Table:
    """Columns as (name, kind) and rows in no particular order."""

    columns: list[tuple[str, str]]
    rows: list[tuple]


@dataclass(frozen=True)
class Silver:
    """What the lines of an entity became."""

    lines: list[Line]
    judged: list[Judged]
    groups: dict[Value, list[Judged]]
    rows: dict[Value, Row]

    @property
    def quarantined(self) -> list[Judged]:
        return [judged for judged in self.judged if judged.quarantined]


def silver(entity: str, lines: list[Line]) -> Silver:
    judged = [JUDGES[entity](line) for line in lines]
    groups = by_key(entity, judged)
    return Silver(lines, judged, groups, {key: newest(entity, group) for key, group in groups.items()})


def compute(landing: Path) -> dict[str, Table]:
    """Every table, by name."""
    lines = read_landing(landing)
    entities = {entity: silver(entity, lines[entity]) for entity in ENTITIES}
    tables: dict[str, Table] = {}
    for entity, found in entities.items():
        tables |= entity_tables(entity, found)
    tables["us_states"] = states_table()
    tables["sales_orders_orphans"] = orphans_table(entities)
    tables["row_counts"] = row_counts(entities, len(tables["sales_orders_orphans"].rows))
    tables["orphan_counts"] = orphan_counts(tables["sales_orders_orphans"])
    return tables | sales_tables(entities) | marketing_tables(entities) | reconciliations(entities)


# --- bronze and silver -------------------------------------------------------------------------------------------


def typed_columns(entity: str) -> list[tuple[str, str]]:
    return [(column, TYPES.get(column, "text")) for column in COLUMNS[entity]]


def entity_tables(entity: str, found: Silver) -> dict[str, Table]:
    columns = typed_columns(entity)
    texts = [(column, "text") for column in COLUMNS[entity]]
    duplicates = [(key, *copies(group)) for key, group in found.groups.items() if len(group) > 1]
    counts = [(name, "int") for name in ("row_count", "exact_duplicates", "conflicting_duplicates")]
    return {
        f"{entity}_raw": Table([*texts, *ORIGIN], [as_delivered(line) for line in found.lines]),
        entity: Table(columns, [tuple(row[column] for column, _ in columns) for row in found.rows.values()]),
        f"{entity}_quarantine": Table(
            [("_violations", "list"), *texts, *ORIGIN],
            [(judged.violations, *as_delivered(judged.line)) for judged in found.quarantined],
        ),
        f"{entity}_duplicates": Table([(KEYS[entity], "text"), *counts], duplicates),
    }


def copies(group: list[Judged]) -> tuple[int, int, int]:
    """How many rows one key has, how many of them repeat another, and how many contradict the one that stays."""
    variants = len({tuple(judged.row.values()) for judged in group})
    return len(group), len(group) - variants, variants - 1


def as_delivered(line: Line) -> tuple:
    return (*line.fields.values(), line.rescued, line.file_name, line.modified)


def orphans_table(entities: dict[str, Silver]) -> Table:
    """Orders that wait for their customer or product to be delivered."""
    columns = typed_columns("sales_orders")
    rows = []
    for order in entities["sales_orders"].rows.values():
        missing = missing_references(order, entities["customers"].rows, entities["products"].rows)
        if missing:
            rows.append((*(order[column] for column, _ in columns), missing))
    return Table([*columns, ("_missing", "list")], rows)


def states_table() -> Table:
    columns = [("state", "text"), ("state_name", "text"), ("timezone", "text")]
    return Table(columns, [(state, NAMES[state], zone) for state, zone in TIMEZONES.items()])


# --- counts ------------------------------------------------------------------------------------------------------


def row_counts(entities: dict[str, Silver], orphans: int) -> Table:
    """What became of every line that was delivered."""
    fates = ("raw", "clean", "quarantined", "dropped", "duplicate", "table", "orphan")
    rows = []
    for entity, found in entities.items():
        raw, quarantined, kept = len(found.lines), len(found.quarantined), len(found.rows)
        clean = raw - quarantined
        orphan_rows = orphans if entity == "sales_orders" else 0
        rows.append((entity, raw, clean, quarantined, 0, clean - kept, kept, orphan_rows))
    return Table([("entity", "text"), *((f"{fate}_rows", "int") for fate in fates)], rows)


def orphan_counts(orphans: Table) -> Table:
    columns = ("entity", "reference_column", "referenced_entity")
    rows = [
        ("sales_orders", column, entity, sum(column in row[-1] for row in orphans.rows))
        for column, entity in (("customer_id", "customers"), ("product_id", "products"))
    ]
    return Table([*((column, "text") for column in columns), ("orphan_rows", "int")], rows)


# --- gold --------------------------------------------------------------------------------------------------------


def sold(entities: dict[str, Silver]) -> list[metrics.Sale]:
    orders, customers, products = (entities[name].rows for name in ("sales_orders", "customers", "products"))
    return metrics.sales(orders.values(), customers, products)


def sales_tables(entities: dict[str, Silver]) -> dict[str, Table]:
    counting = sold(entities)
    measures = [("revenue", "decimal"), ("order_count", "int"), ("average_order_value", "decimal")]
    return {
        f"{table}_{period}": Table(
            [("period_start", "date"), *((column, "text") for column in dimensions), *measures],
            metrics.sales_table(table, period, counting),
        )
        for table, dimensions in metrics.DIMENSIONS.items()
        for period in metrics.PERIODS
    }


def marketing_tables(entities: dict[str, Silver]) -> dict[str, Table]:
    customers, counting = entities["customers"].rows.values(), sold(entities)
    contact = [(column, "text") for column in ("customer_id", "name", "email", "phone", "state", "timezone")]
    spend = [("order_count", "int"), ("total_spend", "decimal")]
    first, last = ("first_purchase_date", "date"), ("last_purchase_date", "date")
    return {
        "marketing_customers": Table(
            [*contact, *spend, first, last, ("categories", "list")],
            metrics.marketing_customers(customers, counting),
        ),
        "marketing_customer_categories": Table(
            [("customer_id", "text"), ("category", "text"), *spend, last],
            metrics.marketing_customer_categories(customers, counting),
        ),
    }


def reconciliations(entities: dict[str, Silver]) -> dict[str, Table]:
    """What every table of a metric must add up to: the figures of all orders it stands for, and no order lost."""
    counting = sold(entities)
    contacts = [sale for sale in counting if metrics.reachable([sale.customer])]
    orders = ("sales_orders", "rows", len(entities["sales_orders"].rows))
    sums = [
        (f"{table}_{period}", measure, value)
        for table in metrics.DIMENSIONS
        for period in metrics.PERIODS
        for measure, value in (("revenue", metrics.total(counting)), ("order_count", metrics.order_count(counting)))
    ]
    categories = [
        ("marketing_customer_categories", "order_count", metrics.order_count(contacts)),
        ("marketing_customer_categories", "total_spend", metrics.total(contacts)),
    ]
    columns = [("dataset", "text"), ("measure", "text"), ("actual", "decimal"), ("expected", "decimal")]
    return {
        f"{metric}_reconciliation": Table(columns, [(*row, row[-1]) for row in (*rows, orders)])
        for metric, rows in (("sales", sums), ("marketing_customer_categories", categories))
    }


# --- output ------------------------------------------------------------------------------------------------------


def canonical(value: object) -> str | list[str] | None:
    """A value as text that is equal exactly where the value is: the form in which tables are compared."""
    match value:
        case None | str():
            return value
        case bool() | int():
            return str(value)
        case Decimal():
            return format(value, "f")
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%S.%fZ")
        case date():
            return value.isoformat()
        case dict():
            return json.dumps(value, sort_keys=True, ensure_ascii=False)
        case list():
            return [str(item) for item in value]
    raise TypeError(f"no canonical text for {type(value).__name__}")


def write(table: Table, path: Path) -> None:
    """Columns and rows, one row a line, sorted: two runs can be compared with `diff`."""
    rows = sorted(json.dumps([canonical(value) for value in row], ensure_ascii=False) for row in table.rows)
    head = json.dumps({name: kind for name, kind in table.columns})
    path.write_text(f'{{"columns": {head}, "rows": [\n' + ",\n".join(rows) + "\n]}\n", encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(description="computes every table of the shipped project from CSV files")
    parser.add_argument("--landing", type=Path, required=True, help="directory of the CSV files")
    parser.add_argument("--out", type=Path, help="directory for one JSON file a table")
    arguments = parser.parse_args()
    for name, table in compute(arguments.landing).items():
        print(f"{name:34} {len(table.rows):8}")
        if arguments.out is not None:
            arguments.out.mkdir(parents=True, exist_ok=True)
            write(table, arguments.out / f"{name}.json")


if __name__ == "__main__":
    main()
